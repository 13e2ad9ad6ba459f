package io.graft.tensor;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import io.graft.problem.Problem;
import io.graft.tensor.StoredTensor.Storage;

/**
 * A pickle of protocol 2 as data: the part of its instructions that PyTorch writes for tensors in dictionaries, lists and
 * modules. Names are looked up in {@link PickleGlobal} and never in a class path, and an unknown one ends the reading.
 * <p>
 * What it gives is a {@link StoredTensor}, a {@link Map} with keys of text, a {@link List}, a text, a number, a truth value or
 * {@link PickleStack#NONE}. It may contain itself.
 *
 * @see <a href="https://github.com/python/cpython/blob/3.13/Lib/pickletools.py">the instructions</a>
 */
final class PickleReader {

    /** Of a file's pickle: a ResNet-101's has 60 KB. */
    static final int SIZE_BYTES_MAX = 16 << 20;

    /** A ResNet-101 takes 40,000. */
    private static final int INSTRUCTION_COUNT_MAX = 2_000_000;
    private static final int NAME_LENGTH_MAX = 512;
    private static final int PROTOCOL = 2;

    private final String owner;
    private final ByteBuffer bytes;
    private final PickleStack stack;
    private final PickleCalls calls;
    private final Map<Integer, Object> memo = new HashMap<>();

    private PickleReader(String owner, ByteBuffer bytes, Consumer<Storage> named) {
        this.owner = owner;
        this.bytes = bytes;
        this.stack = new PickleStack(owner);
        this.calls = new PickleCalls(owner, named);
    }

    /**
     * Reads one pickle.
     *
     * @param owner whose file it is, for messages
     * @param bytes from the pickle's first byte on; afterwards behind its last
     * @throws Problem INVALID {@code TENSORS_INVALID} when it breaks a rule, or names what is not known
     */
    static Object read(String owner, ByteBuffer bytes) {
        return read(owner, bytes, storage -> {
        });
    }

    /** Reads one, and hands over each storage that it names. */
    static Object read(String owner, ByteBuffer bytes, Consumer<Storage> named) {
        try {
            return new PickleReader(owner, bytes.order(ByteOrder.LITTLE_ENDIAN), named).run();
        } catch (BufferUnderflowException e) {
            throw Problem.invalid("TENSORS_INVALID", owner + " has a pickle that breaks off (expected: an end)", e);
        }
    }

    private Object run() {
        for (int count = 0; count < INSTRUCTION_COUNT_MAX; count++) {
            int instruction = bytes.get() & 0xFF;
            if (instruction == '.') {
                return stack.pop();
            }
            if (!literal(instruction) && !container(instruction)) {
                other(instruction);
            }
        }
        throw invalid("has a pickle of more than " + INSTRUCTION_COUNT_MAX + " instructions (expected: no more)");
    }

    /** Instructions that push what stands behind them. */
    private boolean literal(int instruction) {
        switch (instruction) {
            case 'N' -> stack.push(PickleStack.NONE);
            case 0x88 -> stack.push(true);
            case 0x89 -> stack.push(false);
            case 'K' -> stack.push((long) (bytes.get() & 0xFF));
            case 'M' -> stack.push((long) (bytes.getShort() & 0xFFFF));
            case 'J' -> stack.push((long) bytes.getInt());
            case 0x8A -> stack.push(integer(bytes.get() & 0xFF));
            case 'G' -> stack.push(Double.longBitsToDouble(Long.reverseBytes(bytes.getLong())));
            case 'X' -> stack.push(text(bytes.getInt()));
            case 'U' -> stack.push(text(bytes.get() & 0xFF));
            case 'c' -> stack.push(global());
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean container(int instruction) {
        switch (instruction) {
            case ')' -> stack.push(List.of());
            case 0x85 -> stack.push(stack.popTuple(1));
            case 0x86 -> stack.push(stack.popTuple(2));
            case 0x87 -> stack.push(stack.popTuple(3));
            case '(' -> stack.push(PickleStack.MARK);
            case 't' -> stack.push(List.copyOf(stack.popToMark()));
            case ']' -> stack.push(PickleStack.newList());
            case '}' -> stack.push(PickleStack.newDictionary());
            case 'a' -> stack.append(stack.popTuple(1));
            case 'e' -> stack.append(stack.popToMark());
            case 's' -> stack.putAll(stack.popTuple(2));
            case 'u' -> stack.putAll(stack.popToMark());
            default -> {
                return false;
            }
        }
        return true;
    }

    private void other(int instruction) {
        switch (instruction) {
            case 0x80 -> requireProtocol(bytes.get() & 0xFF);
            case 'q' -> memo.put(bytes.get() & 0xFF, stack.peek());
            case 'r' -> memo.put(bytes.getInt(), stack.peek());
            case 'h' -> stack.push(remembered(bytes.get() & 0xFF));
            case 'j' -> stack.push(remembered(bytes.getInt()));
            case 'Q' -> stack.push(calls.storage(stack.pop()));
            case 'R' -> {
                Object arguments = stack.pop();
                stack.push(calls.call(stack.pop(), arguments));
            }
            case 0x81 -> {
                Object arguments = stack.pop();
                stack.push(calls.instance(stack.pop(), arguments));
            }
            case 'b' -> {
                Object state = stack.pop();
                calls.build(stack.peek(), state);
            }
            default -> throw invalid("has a pickle with instruction 0x" + Integer.toHexString(instruction)
                    + " (expected: those of tensors)");
        }
    }

    private void requireProtocol(int protocol) {
        if (protocol != PROTOCOL) {
            throw invalid("has a pickle of protocol " + protocol + " (expected: " + PROTOCOL + ", as torch.save writes)");
        }
    }

    private Object remembered(int place) {
        Object value = memo.get(place);
        if (value == null) {
            throw invalid("has a pickle that refers to place " + place + " (expected: one that it has filled)");
        }
        return value;
    }

    private PickleGlobal global() {
        String module = line();
        String name = line();
        return PickleGlobal.of(module, name).orElseThrow(() -> invalid("names '" + module + "." + name
                + "', which is not read (expected: tensors in dictionaries, as torch.save writes a state_dict)"));
    }

    private String line() {
        StringBuilder line = new StringBuilder();
        for (char next = (char) (bytes.get() & 0xFF); next != '\n'; next = (char) (bytes.get() & 0xFF)) {
            if (line.length() == NAME_LENGTH_MAX) {
                throw invalid("has a pickle with a name of more than " + NAME_LENGTH_MAX + " letters (expected: no more)");
            }
            line.append(Character.isISOControl(next) ? '?' : next);
        }
        return line.toString();
    }

    private String text(int length) {
        if (length < 0 || length > bytes.remaining()) {
            throw invalid("has a pickle with a text of " + Integer.toUnsignedString(length) + " bytes (expected: at most "
                    + bytes.remaining() + ", the rest)");
        }
        ByteBuffer text = bytes.slice(bytes.position(), length);
        bytes.position(bytes.position() + length);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(text).toString();
        } catch (CharacterCodingException e) {
            throw Problem.invalid("TENSORS_INVALID", owner + " has a pickle with a text that is not UTF-8", e);
        }
    }

    /** Little-endian, with a sign. */
    private long integer(int length) {
        if (length > Long.BYTES) {
            throw invalid("has a pickle with a number of " + length + " bytes (expected: at most " + Long.BYTES + ")");
        }
        long value = 0;
        for (int i = 0; i < length; i++) {
            value |= (bytes.get() & 0xFFL) << (Byte.SIZE * i);
        }
        int unused = Long.SIZE - Byte.SIZE * length;
        return length == 0 ? 0 : value << unused >> unused;
    }

    private Problem invalid(String what) {
        return Safetensors.invalid(owner, what);
    }
}
