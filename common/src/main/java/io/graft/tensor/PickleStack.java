package io.graft.tensor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.graft.problem.Problem;

/** What a pickle has made so far and not yet put somewhere. */
final class PickleStack {

    /** Python's {@code None}. */
    static final Object NONE = new Object();
    /** Where a list of items begins. */
    static final Object MARK = new Object();

    private static final int DEPTH_MAX = 100_000;

    private final String owner;
    private final List<Object> values = new ArrayList<>();

    PickleStack(String owner) {
        this.owner = owner;
    }

    static List<Object> newList() {
        return new ArrayList<>();
    }

    static Map<String, Object> newDictionary() {
        return new LinkedHashMap<>();
    }

    void push(Object value) {
        if (values.size() == DEPTH_MAX) {
            throw invalid("has a pickle of more than " + DEPTH_MAX + " values at once (expected: no more)");
        }
        values.add(value);
    }

    Object pop() {
        Object value = peek();
        values.remove(values.size() - 1);
        return value;
    }

    Object peek() {
        if (values.isEmpty() || values.get(values.size() - 1) == MARK) {
            throw invalid("has a pickle that takes a value where there is none");
        }
        return values.get(values.size() - 1);
    }

    List<Object> popTuple(int size) {
        int begin = values.size() - size;
        if (begin < 0 || values.subList(begin, values.size()).contains(MARK)) {
            throw invalid("has a pickle that takes " + size + " values where there are fewer");
        }
        return pop(begin);
    }

    List<Object> popToMark() {
        int mark = values.lastIndexOf(MARK);
        if (mark < 0) {
            throw invalid("has a pickle that takes values up to a mark where there is none");
        }
        List<Object> items = pop(mark + 1);
        values.remove(mark);
        return items;
    }

    private List<Object> pop(int begin) {
        List<Object> top = values.subList(begin, values.size());
        List<Object> items = List.copyOf(top);
        top.clear();
        return items;
    }

    /** To the list on top. */
    @SuppressWarnings("unchecked")
    void append(List<Object> items) {
        if (!(peek() instanceof ArrayList<?> list)) {
            throw invalid("has a pickle that appends to what is no list");
        }
        ((List<Object>) list).addAll(items);
    }

    /** Keys and values in turn, to the dictionary on top. */
    @SuppressWarnings("unchecked")
    void putAll(List<Object> keysAndValues) {
        if (!(peek() instanceof Map<?, ?> dictionary) || keysAndValues.size() % 2 != 0) {
            throw invalid("has a pickle that puts into what is no dictionary, or a key without a value");
        }
        for (int i = 0; i < keysAndValues.size(); i += 2) {
            Object key = keysAndValues.get(i);
            if (!(key instanceof String) && !(key instanceof Long)) {
                throw invalid("has a pickle with a dictionary whose key is no text (expected: names)");
            }
            ((Map<String, Object>) dictionary).put(key.toString(), keysAndValues.get(i + 1));
        }
    }

    private Problem invalid(String what) {
        return Safetensors.invalid(owner, what);
    }
}
