package io.graft.backbone;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

import io.graft.backbone.ResNetArchitecture.Convolution;
import io.graft.id.BackboneId;
import io.graft.problem.Problem;
import io.graft.sample.SampleContent;
import io.graft.sample.SampleContent.Raster;

/**
 * A ResNet whose batch norms are folded into its convolutions once, when it opens: only the folded weights stay, in native
 * memory.
 * <p>
 * An input is [crop, crop, 3] bytes: normalization happens in the program, so a batch is a quarter of its size in floats.
 */
final class ResNetBackbone implements Backbone {

    /** PyTorch's default, which torchvision keeps. */
    private static final double BATCH_NORM_EPSILON = 1e-5;

    private final BackboneDescriptor descriptor;
    private final Preprocessing preprocessing;
    private final ImageDecoder decoder;
    private final TorchProgram program;
    private final TorchScope weights;
    private final List<TorchValue> constants;
    private int warmBatchSize;

    private ResNetBackbone(BackboneDescriptor descriptor, Preprocessing preprocessing, ImageDecoder decoder,
            TorchProgram program,
            TorchScope weights, List<TorchValue> constants) {
        this.descriptor = descriptor;
        this.preprocessing = preprocessing;
        this.decoder = decoder;
        this.program = program;
        this.weights = weights;
        this.constants = constants;
    }

    static ResNetBackbone open(BackboneId id, ResNetWeights weights, Placement placement, ImageDecoder decoder) {
        ResNetArchitecture architecture = weights.architecture();
        BackboneDescriptor descriptor = new BackboneDescriptor(id, weights.sha256(), architecture.dimension(),
                architecture.toString(), placement.precision().toString(), placement.device());
        TorchProgram program = TorchProgram.load("ResNetProgram", placement);
        try {
            TorchScope scope = program.openScope();
            List<TorchValue> constants = List.of(folded(weights, placement, program, scope),
                    scope.integers(longs(architecture.depths())),
                    scope.flag(architecture.bottleneck()), scale(weights.preprocessing(), scope),
                    shift(weights.preprocessing(), scope));
            return new ResNetBackbone(descriptor, weights.preprocessing(), decoder, program, scope, constants);
        } catch (Problem e) {
            program.close();
            throw e;
        }
    }

    private static TorchValue folded(ResNetWeights weights, Placement placement, TorchProgram program, TorchScope scope) {
        List<TorchValue> folded = new ArrayList<>();
        try (TorchScope raw = program.openScope()) {
            int crop = weights.preprocessing().crop();
            TorchValue epsilon = raw.number(BATCH_NORM_EPSILON);
            TorchValue type = raw.integer(placement.precision().scalarType());
            TorchValue pointwise = raw.flag(Cpu.describesCaches());
            for (Convolution convolution : weights.architecture().convolutions()) {
                List<TorchValue> parameters = weights.parameters(convolution).stream()
                        .map(parameter -> raw.float32(parameter.values(), longs(parameter.shape()))).toList();
                folded.addAll(scope.elements(raw.run("fold", raw.list(parameters), epsilon, type,
                        raw.integer(convolution.stride()),
                        raw.integer(convolution.inputSide(crop)), pointwise)));
            }
        }
        return scope.list(folded);
    }

    private static long[] longs(List<Integer> numbers) {
        return numbers.stream().mapToLong(Integer::longValue).toArray();
    }

    /** (byte / 255 - mean) / deviation is byte × scale + shift. */
    private static TorchValue scale(Preprocessing preprocessing, TorchScope scope) {
        float[] scale = new float[preprocessing.deviation().size()];
        for (int i = 0; i < scale.length; i++) {
            scale[i] = (float) (1 / (255.0 * preprocessing.deviation().get(i)));
        }
        return scope.float32(scale, scale.length, 1, 1);
    }

    private static TorchValue shift(Preprocessing preprocessing, TorchScope scope) {
        float[] shift = new float[preprocessing.mean().size()];
        for (int i = 0; i < shift.length; i++) {
            shift[i] = -preprocessing.mean().get(i) / preprocessing.deviation().get(i);
        }
        return scope.float32(shift, shift.length, 1, 1);
    }

    @Override
    public BackboneDescriptor descriptor() {
        return descriptor;
    }

    @Override
    public byte[] prepare(SampleContent content) {
        return preprocessing.apply(pixels(content));
    }

    private Pixels pixels(SampleContent content) {
        if (content instanceof SampleContent.Image image) {
            return decoder.decode(image);
        }
        if (content instanceof SampleContent.Raster raster) {
            return decoder.check(raster);
        }
        throw Backbones.unsupported(descriptor.id(), content, "image");
    }

    @Override
    public boolean hasMaps() {
        return true;
    }

    @Override
    public Sight see(SampleContent content, OptionalInt pictureSideMax) {
        Pixels pixels = pixels(content);
        byte[] input = preprocessing.apply(pixels);
        Region region = preprocessing.region(pixels);
        if (pictureSideMax.isEmpty()) {
            return new Sight(input, region, Optional.empty(), region);
        }
        Resize resize = Resize.within(pixels, pictureSideMax.getAsInt());
        Raster picture = new Raster(resize.apply(pixels, 0, 0), resize.columns().count(), resize.rows().count());
        return new Sight(input, region, Optional.of(picture), region.scaled(
                (double) picture.width() / pixels.width(), (double) picture.height() / pixels.height()));
    }

    @Override
    public List<byte[]> prepare(SampleContent content, List<View> views) {
        if (views.isEmpty() || !(content instanceof SampleContent.Image image)) {
            return List.of(prepare(content));
        }
        Pixels pixels = decoder.decode(image);
        List<byte[]> inputs = new ArrayList<>(1 + views.size());
        inputs.add(preprocessing.apply(pixels));
        for (View view : views) {
            inputs.add(preprocessing.apply(pixels, view.crop(pixels.width(), pixels.height())));
        }
        return inputs;
    }

    /** The first worker of a batch size runs every size up to it, because a new size is several times slower once. */
    @Override
    public synchronized BackboneWorker openWorker(int batchSizeMax) {
        ResNetWorker worker = new ResNetWorker(program, constants, preprocessing, descriptor.dimension(), batchSizeMax);
        while (warmBatchSize < batchSizeMax) {
            warmBatchSize++;
            worker.warm(warmBatchSize);
        }
        return worker;
    }

    @Override
    public void close() {
        weights.close();
        program.close();
    }
}
