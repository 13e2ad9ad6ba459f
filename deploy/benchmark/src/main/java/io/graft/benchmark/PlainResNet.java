package io.graft.benchmark;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import ai.djl.Device;
import ai.djl.modality.cv.ImageFactory;
import ai.djl.modality.cv.transform.CenterCrop;
import ai.djl.modality.cv.transform.Normalize;
import ai.djl.modality.cv.transform.ResizeShort;
import ai.djl.modality.cv.transform.ToTensor;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.translate.Pipeline;
import io.graft.backbone.Backbones;
import io.graft.backbone.TorchArchive;
import io.graft.sample.SampleContent;
import io.graft.tensor.Safetensors;
import io.graft.tensor.Tensor;

/** The bundled backbone's weights in the usual float32 TorchScript module. Thread-safe. */
final class PlainResNet implements AutoCloseable {

    private static final String WEIGHTS = "resnet18-small-images.safetensors";
    private static final int CHANNELS = 3;

    private final PtNDManager manager;
    private final PtSymbolBlock module;
    private final IValue weights;
    private final float[] mean;
    private final float[] deviation;
    private final Pipeline transforms;

    PlainResNet() throws IOException {
        Safetensors file = Safetensors.read(WEIGHTS, resource(Backbones.class, WEIGHTS));
        String source = new String(resource(PlainResNet.class, "PlainResNet18.py"), StandardCharsets.UTF_8);
        this.manager = (PtNDManager) NDManager.newBaseManager(Device.cpu(), "PyTorch");
        this.module = JniUtils.loadModule(manager, new ByteArrayInputStream(TorchArchive.of("PlainResNet18", source)), true,
                false);
        this.weights = IValue.listFrom(parameterNames().stream().map(file::tensor).map(this::array).toArray(PtNDArray[]::new));
        this.mean = numbers(file.metadata().getOrDefault("mean", ""));
        this.deviation = numbers(file.metadata().getOrDefault("std", ""));
        int crop = Integer.parseInt(file.metadata().getOrDefault("crop", ""));
        this.transforms = new Pipeline(new ResizeShort(Integer.parseInt(file.metadata().getOrDefault("resize", ""))),
                new CenterCrop(crop, crop), new ToTensor(), new Normalize(mean, deviation));
    }

    private static byte[] resource(Class<?> beside, String name) throws IOException {
        try (InputStream resource = beside.getResourceAsStream(name)) {
            if (resource == null) {
                throw new IOException(name + " is not beside " + beside);
            }
            return resource.readAllBytes();
        }
    }

    private static List<String> parameterNames() {
        List<String> names = new ArrayList<>();
        addConvolution(names, "conv1", "bn1");
        for (int stage = 1; stage <= 4; stage++) {
            for (int block = 0; block < 2; block++) {
                String prefix = "layer" + stage + "." + block + ".";
                addConvolution(names, prefix + "conv1", prefix + "bn1");
                addConvolution(names, prefix + "conv2", prefix + "bn2");
                if (stage > 1 && block == 0) {
                    addConvolution(names, prefix + "downsample.0", prefix + "downsample.1");
                }
            }
        }
        return names;
    }

    private static void addConvolution(List<String> names, String convolution, String norm) {
        names.addAll(List.of(convolution + ".weight", norm + ".weight", norm + ".bias", norm + ".running_mean",
                norm + ".running_var"));
    }

    private PtNDArray array(Tensor tensor) {
        long[] shape = tensor.shape().stream().mapToLong(Integer::longValue).toArray();
        return (PtNDArray) manager.create(tensor.values(), new Shape(shape));
    }

    private static float[] numbers(String text) {
        List<Float> numbers = Arrays.stream(text.split(",", -1)).map(Float::valueOf).toList();
        return new float[] { numbers.get(0), numbers.get(1), numbers.get(2) };
    }

    /** Prepared inputs of the backbone, [side, side, 3] bytes, as the usual batch: normalized, [inputs, 3, side, side]. */
    ByteBuffer normalize(List<byte[]> inputs) {
        int pixelCount = inputs.get(0).length / CHANNELS;
        ByteBuffer bytes = ByteBuffer.allocateDirect(inputs.size() * CHANNELS * pixelCount * Float.BYTES)
                .order(ByteOrder.nativeOrder());
        FloatBuffer batch = bytes.asFloatBuffer();
        for (byte[] input : inputs) {
            for (int channel = 0; channel < CHANNELS; channel++) {
                for (int pixel = 0; pixel < pixelCount; pixel++) {
                    float value = (input[pixel * CHANNELS + channel] & 0xFF) / 255f;
                    batch.put((value - mean[channel]) / deviation[channel]);
                }
            }
        }
        return bytes;
    }

    /** Features of a normalized batch, [inputCount, 512] in one row. */
    float[] forward(ByteBuffer batch, int inputCount) {
        int side = (int) Math.round(Math.sqrt((double) batch.capacity() / Float.BYTES / CHANNELS / inputCount));
        try (PtNDManager call = (PtNDManager) manager.newSubManager()) {
            return forward(call.create(batch, new Shape(inputCount, CHANNELS, side, side), DataType.FLOAT32), call);
        }
    }

    /** Features of encoded images, [images, 512] in one row, decoded and transformed as DJL's users do. */
    float[] forward(List<SampleContent.Image> images) throws IOException {
        try (PtNDManager call = (PtNDManager) manager.newSubManager()) {
            NDList batch = new NDList();
            for (SampleContent.Image image : images) {
                NDArray pixels = ImageFactory.getInstance().fromInputStream(new ByteArrayInputStream(image.bytes()))
                        .toNDArray(call);
                batch.addAll(transforms.transform(new NDList(pixels)));
            }
            return forward((PtNDArray) NDArrays.stack(batch), call);
        }
    }

    private float[] forward(PtNDArray batch, PtNDManager call) {
        try (IValue images = IValue.from(batch); IValue features = module.forward(images, weights)) {
            return features.toTensor(call).toFloatArray();
        }
    }

    @Override
    public void close() {
        weights.close();
        module.close();
        manager.close();
    }
}
