package io.graft.local;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Requests that no client sends: proper ones with something wrong in them. The same seed, the same requests. */
final class HostileRequests {

    private static final List<String> TYPES = List.of("application/json", "image/jpeg", "image/png", "text/plain",
            "application/octet-stream", "multipart/form-data; boundary=x", "multipart/form-data", "image/*", "", "/", ";;;",
            "application/json; charset=utf-99", "text/" + "x".repeat(5000));
    private static final List<String> NUMBERS = List.of("0", "-1", "1", "2147483648", "99999999999999999999", "NaN", "1e9", "",
            "%00", "%", "%zz", "%ff", "0x10", "1;2", "..%2f..", "x".repeat(300));
    private static final List<String> TOKENS = List.of("null", "true", "-0", "1e999", "1e-999", "NaN", "\"\"", "[]", "{}",
            "[".repeat(3000), "\"\\ud800\"", "4294967296", "-1", "\"FP32\"", "\"BYTES\"", "\"INT64\"", "\"shape\"", "[0]",
            "[-1,3]", "[2147483647,2147483647]");

    private final Random random;
    private final List<Proper> propers;

    /**
     * A request that a replica answers.
     *
     * @param headers further ones, each behind a line break
     * @param body one character for each byte
     */
    record Proper(String path, String headers, String body) {

        static Proper of(String path, String headers, byte[] body) {
            return new Proper(path, headers, new String(body, StandardCharsets.ISO_8859_1));
        }
    }

    HostileRequests(long seed, List<Proper> propers) {
        this.random = new Random(seed);
        this.propers = List.copyOf(propers);
    }

    /** One whose end the server can tell: only its body, its query or the values of its headers are wrong. */
    byte[] framed() {
        Proper proper = any(propers);
        String path = proper.path;
        String headers = proper.headers;
        byte[] body = proper.body.getBytes(StandardCharsets.ISO_8859_1);
        switch (random.nextInt(8)) {
            case 0 -> body = randomBytes(random.nextInt(2000));
            case 1 -> headers = "\r\nContent-Type: " + any(TYPES);
            case 2 -> headers += "\r\nInference-Header-Content-Length: " + any(NUMBERS);
            case 3 -> headers += "\r\nRouting-Key: " + printable(random.nextInt(200)) + "\r\nAccept: " + any(TYPES);
            case 4 -> path += "?version=" + any(NUMBERS) + "&top=" + any(NUMBERS);
            case 5 -> path = path.replaceFirst("(tasks|models)/[^/]*", "$1/" + any(NUMBERS));
            default -> body = mutated(body);
        }
        return HttpConnection.request("POST " + path + " HTTP/1.1\r\nHost: localhost" + headers, body);
    }

    /** One that is broken as HTTP: bytes are changed, left out or added anywhere, its head included. */
    byte[] broken() {
        Proper proper = any(propers);
        byte[] request = HttpConnection.request("POST " + proper.path + " HTTP/1.1\r\nHost: localhost" + proper.headers,
                proper.body.getBytes(StandardCharsets.ISO_8859_1));
        int headLength = Math.min(request.length, 250);
        return switch (random.nextInt(4)) {
            case 0 -> randomBytes(1 + random.nextInt(500));
            case 1 -> Arrays.copyOf(request, random.nextInt(request.length));
            case 2 -> mutated(Arrays.copyOf(request, headLength));
            default -> {
                byte[] changed = request.clone();
                for (int i = random.nextInt(4); i >= 0; i--) {
                    changed[random.nextInt(headLength)] = (byte) random.nextInt();
                }
                yield changed;
            }
        };
    }

    private byte[] mutated(byte[] bytes) {
        byte[] changed = bytes.clone();
        for (int i = random.nextInt(4); i >= 0 && changed.length > 0; i--) {
            int at = random.nextInt(changed.length);
            int until = at + random.nextInt(Math.min(changed.length - at, 64) + 1);
            changed = switch (random.nextInt(6)) {
                case 0 -> Arrays.copyOf(changed, at);
                case 1 -> spliced(changed, at, until, new byte[0]);
                case 2 -> spliced(changed, at, at, Arrays.copyOfRange(changed, at, until));
                case 3 -> spliced(changed, at, until, any(TOKENS).getBytes(StandardCharsets.ISO_8859_1));
                case 4 -> spliced(changed, at, until, randomBytes(until - at));
                default -> {
                    changed[at] ^= (byte) (1 << random.nextInt(8));
                    yield changed;
                }
            };
        }
        return changed;
    }

    /** The bytes with those between two places replaced. */
    private static byte[] spliced(byte[] bytes, int from, int until, byte[] insert) {
        byte[] all = new byte[from + insert.length + bytes.length - until];
        System.arraycopy(bytes, 0, all, 0, from);
        System.arraycopy(insert, 0, all, from, insert.length);
        System.arraycopy(bytes, until, all, from + insert.length, bytes.length - until);
        return all;
    }

    private byte[] randomBytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    private String printable(int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append((char) (random.nextInt(10) == 0 ? 160 + random.nextInt(96) : 33 + random.nextInt(94)));
        }
        return text.toString();
    }

    private <T> T any(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }
}
