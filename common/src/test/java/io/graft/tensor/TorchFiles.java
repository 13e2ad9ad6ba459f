package io.graft.tensor;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes files as {@code torch.save(model.state_dict())} and {@code torch.jit.save} do, byte by byte of their pickles. */
public final class TorchFiles {

    private final ByteArrayOutputStream pickle = new ByteArrayOutputStream();
    private final Map<String, byte[]> storages = new LinkedHashMap<>();
    private final List<Integer> counts = new ArrayList<>();
    private final boolean old;

    private TorchFiles(boolean old) {
        this.old = old;
        write(0x80, 2);
    }

    /** A {@code .pth} file of a state dict. */
    public static byte[] stateDict(Map<String, Tensor> tensors) {
        TorchFiles file = new TorchFiles(false);
        file.state(tensors);
        return file.ended();
    }

    /** What {@code torch.save} of a state dict wrote before PyTorch 1.6. */
    public static byte[] oldStateDict(Map<String, Tensor> tensors) {
        TorchFiles file = new TorchFiles(true);
        file.state(tensors);
        return file.ended();
    }

    /** What a training script saves: the weights under a name, with what the optimizer and its schedule need to go on. */
    static byte[] checkpoint(String name, Map<String, Tensor> tensors, boolean old) {
        TorchFiles file = new TorchFiles(old);
        file.write('}', '(');
        file.text("epoch");
        file.integer(3);
        file.text("optimizer");
        file.write('}', '(');
        file.integer(0);
        file.write('}', '(');
        file.text("step");
        file.tensor("LongStorage", 1, List.of(), List.of(), new byte[Long.BYTES]);
        file.text("exp_avg");
        file.tensor(new Tensor(List.of(5), new float[5]));
        file.write('u', 'u');
        file.text("milestones");
        file.global("collections", "Counter");
        file.write('}', 'K', 3, 'K', 1, 's', 0x85, 'R');
        file.text(name);
        file.state(tensors);
        file.write('u');
        return file.ended();
    }

    private byte[] ended() {
        write('.');
        return old ? old(pickle.toByteArray()) : archive(pickle.toByteArray(), storages);
    }

    private byte[] old(byte[] root) {
        pickle.reset();
        pickle.writeBytes(OldTorchFile.MAGIC.getBytes(StandardCharsets.ISO_8859_1));
        write(0x80, 2, 'M', 1001, 1001 >> 8, '.', 0x80, 2, '}', '(');
        text("protocol_version");
        write('M', 1001, 1001 >> 8);
        text("little_endian");
        write(0x88, 'u', '.');
        pickle.writeBytes(root);
        write(0x80, 2, ']', '(');
        storages.keySet().forEach(this::text);
        write('e', '.');
        storages.forEach((key, bytes) -> {
            int count = counts.get(Integer.parseInt(key));
            write(count, count >> 8, count >> 16, count >> 24, 0, 0, 0, 0);
            pickle.writeBytes(bytes);
        });
        return pickle.toByteArray();
    }

    /** A TorchScript archive whose modules have these parameters, by their paths; its code is a joke that nobody reads. */
    public static byte[] torchScript(Map<String, Tensor> tensors) {
        TorchFiles file = new TorchFiles(false);
        file.module("", tensors);
        file.write('.');
        Map<String, byte[]> entries = new LinkedHashMap<>(file.storages);
        entries.put("../code/__torch__.py", bytes("class Top(Module):\n  this is no program\n"));
        return archive(file.pickle.toByteArray(), entries);
    }

    private void state(Map<String, Tensor> tensors) {
        orderedDictionary();
        write('(');
        tensors.forEach((name, tensor) -> {
            text(name);
            tensor(tensor);
        });
        write('u', '}');
        text("_metadata");
        orderedDictionary();
        write('s', 'b');
    }

    private void module(String prefix, Map<String, Tensor> tensors) {
        global("__torch__.torchvision.models", "Module" + prefix.replace('.', '_'));
        write(')', 0x81, '}', '(');
        text("training");
        write(0x89);
        text("_is_full_backward_hook");
        write('N');
        Map<String, Map<String, Tensor>> children = new TreeMap<>();
        tensors.forEach((name, tensor) -> {
            int dot = name.indexOf('.');
            if (dot < 0) {
                text(name);
                tensor(tensor);
            } else {
                children.computeIfAbsent(name.substring(0, dot), child -> new LinkedHashMap<>())
                        .put(name.substring(dot + 1), tensor);
            }
        });
        children.forEach((name, child) -> {
            text(name);
            module(prefix + "." + name, child);
        });
        write('u', 'b');
    }

    private void orderedDictionary() {
        global("collections", "OrderedDict");
        write(')', 'R');
    }

    private void tensor(Tensor tensor) {
        ByteBuffer bytes = ByteBuffer.allocate(tensor.values().length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(tensor.values());
        tensor("FloatStorage", tensor.values().length, tensor.shape(), strides(tensor.shape()), bytes.array());
    }

    private void tensor(String type, int count, List<Integer> shape, List<Integer> strides, byte[] bytes) {
        String key = String.valueOf(storages.size());
        storages.put(key, bytes);
        counts.add(count);
        global("torch._utils", "_rebuild_tensor_v2");
        write('(', '(');
        text("storage");
        global("torch", type);
        text(key);
        text("cpu");
        integer(count);
        if (old) {
            write('N');
        }
        write('t', 'Q');
        integer(0);
        integers(shape);
        integers(strides);
        write(0x89);
        orderedDictionary();
        write('t', 'R');
    }

    /** A state dict with one tensor, named {@code t}, of any type of storage. */
    static byte[] single(String type, int count, List<Integer> shape, byte[] bytes) {
        return single(type, count, shape, strides(shape), bytes, false);
    }

    static byte[] single(String type, int count, List<Integer> shape, List<Integer> strides, byte[] bytes, boolean old) {
        TorchFiles file = new TorchFiles(old);
        file.orderedDictionary();
        file.text("t");
        file.tensor(type, count, shape, strides, bytes);
        file.write('s');
        return file.ended();
    }

    private static List<Integer> strides(List<Integer> shape) {
        Integer[] strides = new Integer[shape.size()];
        int stride = 1;
        for (int i = strides.length - 1; i >= 0; i--) {
            strides[i] = stride;
            stride *= shape.get(i);
        }
        return List.of(strides);
    }

    private void integers(List<Integer> values) {
        write('(');
        values.forEach(this::integer);
        write('t');
    }

    private void integer(int value) {
        if (value < 1 << 8) {
            write('K', value);
        } else if (value < 1 << 16) {
            write('M', value, value >> 8);
        } else {
            write('J', value, value >> 8, value >> 16, value >> 24);
        }
    }

    private void text(String text) {
        byte[] bytes = bytes(text);
        write('X', bytes.length, bytes.length >> 8, bytes.length >> 16, bytes.length >> 24);
        pickle.writeBytes(bytes);
        remember();
    }

    private void global(String module, String name) {
        write('c');
        pickle.writeBytes(bytes(module + "\n" + name + "\n"));
        remember();
    }

    /** PyTorch's pickler remembers everything, needed or not. */
    private void remember() {
        write('r', 9, 1, 0, 0);
    }

    private void write(int... bytes) {
        for (int value : bytes) {
            pickle.write(value);
        }
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** The archive around a pickle. */
    static byte[] archive(byte[] pickle, Map<String, byte[]> storages) {
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(archive)) {
            put(zip, "archive/data.pkl", pickle);
            put(zip, "archive/byteorder", bytes("little"));
            for (Map.Entry<String, byte[]> storage : storages.entrySet()) {
                String name = storage.getKey().startsWith("../") ? storage.getKey().substring(3) : "data/" + storage.getKey();
                put(zip, "archive/" + name, storage.getValue());
            }
            put(zip, "archive/version", bytes("3\n"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return archive.toByteArray();
    }

    private static void put(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
        CRC32 checksum = new CRC32();
        checksum.update(bytes);
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(bytes.length);
        entry.setCompressedSize(bytes.length);
        entry.setCrc(checksum.getValue());
        zip.putNextEntry(entry);
        zip.write(bytes);
        zip.closeEntry();
    }
}
