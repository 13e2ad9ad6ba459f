package io.graft.event;

import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

/**
 * Finds what JSON has left out: Jackson hands a record null for an absent field, and no record of ours has a place for null.
 */
final class MissingField {

    /** Looked for once: to ask a class takes longer than to read what it has. */
    private static final ClassValue<List<Method>> ACCESSORS = new ClassValue<>() {
        @Override
        protected List<Method> computeValue(Class<?> type) {
            List<Method> accessors = Arrays.stream(type.getRecordComponents()).map(RecordComponent::getAccessor).toList();
            accessors.forEach(accessor -> accessor.setAccessible(true));
            return accessors;
        }
    };

    private MissingField() {
    }

    /** The path of the first component that is null, as in {@code backbone.sha256}, through records, options and lists. */
    static Optional<String> of(@Nullable Object value) {
        if (value == null) {
            return Optional.of("");
        }
        if (value instanceof Optional<?> option) {
            return option.flatMap(MissingField::of);
        }
        if (value instanceof List<?> list) {
            return ofElements(list);
        }
        return value instanceof Record ? ofComponents(value) : Optional.empty();
    }

    private static Optional<String> ofElements(List<?> list) {
        for (int i = 0; i < list.size(); i++) {
            Optional<String> missing = of(list.get(i));
            if (missing.isPresent()) {
                return Optional.of(path("[" + i + "]", missing.get()));
            }
        }
        return Optional.empty();
    }

    private static Optional<String> ofComponents(Object owner) {
        for (Method accessor : ACCESSORS.get(owner.getClass())) {
            Optional<String> missing = of(read(accessor, owner));
            if (missing.isPresent()) {
                return Optional.of(path(accessor.getName(), missing.get()));
            }
        }
        return Optional.empty();
    }

    private static String path(String step, String rest) {
        return step + (rest.isEmpty() || rest.startsWith("[") ? rest : "." + rest);
    }

    private static @Nullable Object read(Method accessor, Object owner) {
        try {
            return accessor.invoke(owner);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(accessor + " cannot be read", e);
        }
    }
}
