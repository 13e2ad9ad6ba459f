package io.graft.tensor;

import java.util.List;

/**
 * Where a tensor lies in a file.
 *
 * @param begin offset of its first byte in the file
 * @param end offset behind its last byte
 */
record TensorEntry(String name, TensorType type, List<Integer> shape, int begin, int end) {
}
