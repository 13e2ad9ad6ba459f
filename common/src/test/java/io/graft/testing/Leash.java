package io.graft.testing;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;

/**
 * Ties a Java program to the process that started it: the program ends when its standard input does, and the other end of that
 * pipe closes when the parent ends, be it by {@code kill -9}.
 */
public final class Leash {

    private Leash() {
    }

    /** What to put in front of a program's main class, given the class path of the program. */
    public static List<String> arguments(String classPath) {
        return List.of("-cp", classPath + System.getProperty("path.separator") + home(), Leash.class.getName());
    }

    /** The {@code java} of the JDK that runs this code. */
    public static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** Takes the program's main class and its arguments. */
    public static void main(String[] arguments) throws Exception {
        Thread watch = new Thread(Leash::endWithParent, "leash");
        watch.setDaemon(true);
        watch.start();
        String[] rest = List.of(arguments).subList(1, arguments.length).toArray(String[]::new);
        Class.forName(arguments[0]).getMethod("main", String[].class).invoke(null, (Object) rest);
    }

    private static void endWithParent() {
        try {
            System.in.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            // A pipe that cannot be read has no parent behind it either.
        }
        System.exit(0);
    }

    private static String home() {
        try {
            return Path.of(Leash.class.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
