package io.graft.event;

import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

/**
 * Finds what JSON has left out: Jackson hands a record null for an absent field, and no record of ours has a place for null.
 */
final class MissingField {

    private MissingField() {
    }

    /** The path of the first component that is null, as in {@code backbone.sha256}, through records, options and lists. */
    static Optional<String> of(Object value) {
        return find(value, "");
    }

    private static Optional<String> find(@Nullable Object value, String path) {
        if (value == null) {
            return Optional.of(path);
        }
        if (value instanceof Optional<?> option) {
            return option.flatMap(present -> find(present, path));
        }
        if (value instanceof List<?> list) {
            for (int i = 0; i < list.size(); i++) {
                Optional<String> missing = find(list.get(i), path + "[" + i + "]");
                if (missing.isPresent()) {
                    return missing;
                }
            }
        }
        if (value instanceof Record) {
            for (RecordComponent component : value.getClass().getRecordComponents()) {
                Optional<String> missing = find(read(component, value),
                        path.isEmpty() ? component.getName() : path + "." + component.getName());
                if (missing.isPresent()) {
                    return missing;
                }
            }
        }
        return Optional.empty();
    }

    private static @Nullable Object read(RecordComponent component, Object owner) {
        Method accessor = component.getAccessor();
        accessor.setAccessible(true);
        try {
            return accessor.invoke(owner);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(component + " cannot be read", e);
        }
    }
}
