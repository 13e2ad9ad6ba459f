package io.graft.backbone;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.graft.backbone.ResNetArchitecture.Convolution;
import io.graft.tensor.Safetensors;
import io.graft.tensor.Tensor;

/** Weights and images made by the rule of the reference values, so that a network of any size needs no file. */
public final class RuleWeights {

    private RuleWeights() {
    }

    /** A weights file of an architecture by its name. */
    public static byte[] file(String architecture) {
        return file(ResNetArchitecture.named(architecture).orElseThrow());
    }

    /** A weights file of the architecture, for 224 pixel images without resize. */
    static byte[] file(ResNetArchitecture architecture) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (Convolution convolution : architecture.convolutions()) {
            for (int i = 0; i < convolution.parameters().size(); i++) {
                String name = convolution.parameters().get(i);
                tensors.put(name, tensor(name, convolution.shape(i), lastOfBlock(architecture, convolution)));
            }
        }
        return Safetensors.write(Map.of("architecture", architecture.name(), "interpolation", "bilinear-antialias", "resize",
                "224", "crop", "224", "mean", "0.485,0.456,0.406", "std", "0.229,0.224,0.225"), tensors);
    }

    private static boolean lastOfBlock(ResNetArchitecture architecture, Convolution convolution) {
        return convolution.norm().startsWith("layer")
                && convolution.norm().endsWith(architecture.bottleneck() ? ".bn3" : ".bn2");
    }

    private static Tensor tensor(String name, List<Integer> shape, boolean lastOfBlock) {
        float[] values = new float[shape.stream().reduce(1, Math::multiplyExact)];
        double spread = 2 * Math.sqrt(6.0 / (values.length / (double) shape.get(0)));
        for (int i = 0; i < values.length; i++) {
            float u = uniform(name, i);
            if (shape.size() > 1) {
                values[i] = (float) (u * spread);
            } else if (name.endsWith(".running_var")) {
                values[i] = 1 + u;
            } else if (name.endsWith(".running_mean") || name.endsWith(".bias")) {
                values[i] = 0.2f * u;
            } else {
                values[i] = (1 + 0.4f * u) * (lastOfBlock ? 0.3f : 1);
            }
        }
        return new Tensor(shape, values);
    }

    /** Image 0 or 1, [224, 224, 3]. */
    static byte[] image(int number) {
        byte[] image = new byte[224 * 224 * 3];
        for (int i = 0; i < image.length; i++) {
            image[i] = (byte) (int) Math.rint(uniform("input", (long) number * image.length + i) * 255 + 127.5);
        }
        return image;
    }

    /** In [-0.5, 0.5). */
    static float uniform(String name, long i) {
        return (splitmix64(fnv1a64(name) + i) >>> 40) / (float) (1 << 24) - 0.5f;
    }

    private static long fnv1a64(String text) {
        long hash = 0xCBF29CE484222325L;
        for (byte value : text.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (value & 0xFF)) * 0x100000001B3L;
        }
        return hash;
    }

    private static long splitmix64(long seed) {
        long z = seed + 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
