package io.graft.backbone;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;

import io.graft.digest.Digests;
import io.graft.id.BackboneId;
import io.graft.sample.SampleContent;
import io.graft.sample.SampleContent.Raster;

/**
 * A network for images, its preprocessing before it.
 * <p>
 * An input is [crop, crop, 3] bytes: normalization happens in native memory, so a batch is a quarter of its size in floats.
 */
final class ImageBackbone implements Backbone {

    private final BackboneDescriptor descriptor;
    private final Preprocessing preprocessing;
    private final ImageDecoder decoder;
    private final ImageNetwork network;
    private int warmBatchSize;

    /** @param network closed with it */
    ImageBackbone(BackboneDescriptor descriptor, Preprocessing preprocessing, ImageDecoder decoder, ImageNetwork network) {
        this.descriptor = descriptor;
        this.preprocessing = preprocessing;
        this.decoder = decoder;
        this.network = network;
    }

    /** Of an architecture that there is a program for. The weights are read to their end: their file may be closed then. */
    static ImageBackbone open(BackboneId id, ImageWeights weights, Placement placement, ImageDecoder decoder) {
        Architecture architecture = weights.architecture();
        ImageNetwork network = ProgramNetwork.open(weights, placement);
        BackboneDescriptor descriptor = new BackboneDescriptor(id, weights.sha256(), architecture.dimension(),
                architecture.name(), placement.precision().toString(), placement.device());
        return new ImageBackbone(descriptor, weights.preprocessing(), decoder, network);
    }

    /**
     * Of a TorchScript module.
     *
     * @param source of the module, for messages
     * @param archive verified: the engine runs what is in it
     */
    static ImageBackbone openModule(BackboneId id, String source, byte[] archive, Preprocessing preprocessing,
            Placement placement, ImageDecoder decoder) {
        ImageNetwork network = ModuleNetwork.open(source, archive, preprocessing, placement);
        String whole = Digests.sha256Hex(ModuleNetwork.ARCHITECTURE + "/" + preprocessing.canonical() + "/"
                + Digests.sha256Hex(archive));
        return new ImageBackbone(new BackboneDescriptor(id, whole, network.dimension(), ModuleNetwork.ARCHITECTURE,
                placement.precision().toString(), placement.device()), preprocessing, decoder, network);
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
        return network.hasMaps();
    }

    @Override
    public Sight see(SampleContent content, OptionalInt pictureSideMax) {
        if (!hasMaps()) {
            return Backbone.super.see(content, pictureSideMax);
        }
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

    @Override
    public boolean hasTails() {
        return network.tailed().isPresent();
    }

    @Override
    public byte[] noise(long seed) {
        byte[] input = new byte[preprocessing.sizeBytes()];
        new Random(seed).nextBytes(input);
        return input;
    }

    ImageNetwork network() {
        return network;
    }

    Preprocessing preprocessing() {
        return preprocessing;
    }

    /** The first worker of a batch size runs every size up to it, because a new size is several times slower once. */
    @Override
    public synchronized BackboneWorker openWorker(int batchSizeMax) {
        ImageWorker worker = new ImageWorker(network, preprocessing, batchSizeMax);
        while (warmBatchSize < batchSizeMax) {
            warmBatchSize++;
            worker.warm(warmBatchSize);
        }
        return worker;
    }

    @Override
    public void close() {
        network.close();
    }
}
