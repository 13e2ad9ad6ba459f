package io.graft.backbone;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

import io.graft.tensor.TensorFile;

/** Features as torchvision computes them: every layer by itself, in float32, from floats in [n, 3, h, w]. */
final class LayerByLayer {

    private static final float[] MEAN = { 0.485f, 0.456f, 0.406f };
    private static final float[] DEVIATION = { 0.229f, 0.224f, 0.225f };
    private static final int SIDE = 224;

    private LayerByLayer() {
    }

    /** By weights of the rule: [images, dimension]. */
    static float[] features(Architecture architecture, List<byte[]> images) {
        try (TorchProgram program = TorchProgram.load("LayerByLayer", new Placement("cpu", Precision.FLOAT32));
                TorchScope scope = program.openScope();
                TensorFile weights = RuleWeights.open(architecture.name())) {
            List<TorchValue> parameters = new ArrayList<>();
            architecture.parameters()
                    .forEach(parameter -> parameters.add(scope.float32(weights.tensor(parameter.name()))));
            TorchValue input = scope.float32(normalized(images), images.size(), 3, SIDE, SIDE);
            TorchValue list = scope.list(parameters);
            if (architecture instanceof ResNetArchitecture resnet) {
                return scope.run("resnet", input, list, scope.integers(resnet.depths()), scope.flag(resnet.bottleneck()))
                        .toFloats();
            }
            return scope.run("vgg", input, list, scope.integers(((VggArchitecture) architecture).depths())).toFloats();
        }
    }

    private static float[] normalized(List<byte[]> images) {
        float[] values = new float[images.size() * 3 * SIDE * SIDE];
        IntStream.range(0, values.length).forEach(i -> {
            int channel = i / (SIDE * SIDE) % 3;
            int pixel = i % (SIDE * SIDE);
            int value = images.get(i / (3 * SIDE * SIDE))[pixel * 3 + channel] & 0xFF;
            values[i] = (value / 255f - MEAN[channel]) / DEVIATION[channel];
        });
        return values;
    }
}
