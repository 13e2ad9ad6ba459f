package io.graft.backbone;

import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Stream;

import com.sun.management.ThreadMXBean;

import io.graft.sample.ImageFormat;
import io.graft.sample.SampleContent;

/**
 * Prints what one image costs, step by step, on one thread; the floor below which nothing that embeds can get.
 * <p>
 * The argument is a folder of JPEG files.
 */
final class EmbeddingCost {

    private static final int ROUND_COUNT = 7;
    private static final int IMAGE_COUNT = 80;

    private EmbeddingCost() {
    }

    public static void main(String[] arguments) throws Exception {
        List<SampleContent.Image> images = images(Path.of(arguments[0]));
        ImageDecoder decoder = new ImageDecoder(BackbonesConfig.IMAGE_BYTES_MAX, BackbonesConfig.IMAGE_PIXELS_MAX);
        List<Pixels> pixels = images.stream().map(decoder::decode).toList();
        print("decode", images, decoder::decode);
        print("resize", pixels, new Preprocessing(146, 128, List.of(0f, 0f, 0f), List.of(1f, 1f, 1f))::apply);
        print("resize224", pixels, new Preprocessing(256, 224, List.of(0f, 0f, 0f), List.of(1f, 1f, 1f))::apply);
        try (Backbones backbones = Backbones.open(BackbonesConfig.BUNDLED);
                BackboneWorker worker = backbones.image().openWorker(16)) {
            byte[] input = backbones.image().prepare(images.get(0));
            for (int size : new int[] { 1, 8, 16 }) {
                List<List<byte[]>> batches = Collections.nCopies(IMAGE_COUNT / size, Collections.nCopies(size, input));
                print("forward" + size, batches, worker::embed, size);
            }
        }
    }

    private static List<SampleContent.Image> images(Path folder) throws Exception {
        List<SampleContent.Image> images = new ArrayList<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".jpg")).sorted().limit(IMAGE_COUNT).toList()) {
                images.add(new SampleContent.Image(Files.readAllBytes(file), ImageFormat.JPEG));
            }
        }
        return images;
    }

    private static <T> void print(String step, List<T> inputs, Function<T, ?> function) {
        print(step, inputs, function, 1);
    }

    /** Time on the CPU, of the fastest round: other work on the machine only ever makes a round slower. */
    private static <T> void print(String step, List<T> inputs, Function<T, ?> function, int imagesPerInput) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        double fastest = Double.POSITIVE_INFINITY;
        long allocated = 0;
        for (int round = 0; round < ROUND_COUNT; round++) {
            long bytes = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
            long start = threads.getCurrentThreadCpuTime();
            for (T input : inputs) {
                if (function.apply(input) == null) {
                    throw new IllegalStateException(step);
                }
            }
            fastest = Math.min(fastest, (threads.getCurrentThreadCpuTime() - start) / 1e6);
            allocated = threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - bytes;
        }
        int imageCount = inputs.size() * imagesPerInput;
        System.out.printf(Locale.ROOT, "figure: %s %.2f CPU ms/image, %d KiB/image%n", step, fastest / imageCount,
                allocated / imageCount / 1024);
    }
}
