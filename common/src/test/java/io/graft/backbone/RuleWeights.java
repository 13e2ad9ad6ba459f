package io.graft.backbone;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.graft.tensor.Safetensors;
import io.graft.tensor.Tensor;
import io.graft.tensor.TensorFile;

/** Weights and images made by the rule of the reference values, so that a network of any size needs no file. */
public final class RuleWeights {

    private RuleWeights() {
    }

    /** A safetensors file of an architecture by its name, for 224 pixel images without resize. */
    public static byte[] file(String architecture) {
        return Safetensors.write(metadata(architecture), tensors(architecture));
    }

    private static Map<String, String> metadata(String architecture) {
        return Map.of("architecture", architecture, "interpolation", "bilinear-antialias", "resize", "224", "crop", "224",
                "mean", "0.485,0.456,0.406", "std", "0.229,0.224,0.225");
    }

    /** Every parameter by its name. */
    public static Map<String, Tensor> tensors(String architecture) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        TensorFile file = open(architecture);
        file.names().forEach(name -> tensors.put(name, file.tensor(name)));
        return tensors;
    }

    /** The same without a file: each tensor is made when it is asked for. */
    static TensorFile open(String architecture) {
        Architecture named = Architecture.named(architecture).orElseThrow();
        Map<String, List<Integer>> shapes = new LinkedHashMap<>();
        named.parameters().forEach(parameter -> shapes.put(parameter.name(), parameter.shape()));
        return new TensorFile() {
            @Override
            public Map<String, String> metadata() {
                return RuleWeights.metadata(architecture);
            }

            @Override
            public Set<String> names() {
                return shapes.keySet();
            }

            @Override
            public List<Integer> shape(String name) {
                return shapes.get(name);
            }

            @Override
            public Tensor tensor(String name) {
                return RuleWeights.tensor(name, shapes.get(name), lastOfBlock(named, name));
            }

            @Override
            public void close() {
            }
        };
    }

    private static boolean lastOfBlock(Architecture architecture, String name) {
        return architecture instanceof ResNetArchitecture resnet && name.startsWith("layer")
                && name.endsWith(resnet.bottleneck() ? ".bn3.weight" : ".bn2.weight");
    }

    private static Tensor tensor(String name, List<Integer> shape, boolean lastOfBlock) {
        float[] values = new float[shape.stream().reduce(1, Math::multiplyExact)];
        double spread = 2 * Math.sqrt(6.0 / (values.length / (double) shape.get(0)));
        long seed = fnv1a64(name);
        for (int i = 0; i < values.length; i++) {
            float u = uniform(seed, i);
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
        return uniform(fnv1a64(name), i);
    }

    private static float uniform(long seed, long i) {
        return (splitmix64(seed + i) >>> 40) / (float) (1 << 24) - 0.5f;
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
