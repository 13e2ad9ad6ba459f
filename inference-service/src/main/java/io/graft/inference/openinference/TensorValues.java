package io.graft.inference.openinference;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;

/** The {@code data} of a tensor in JSON: arrays in arrays as deep as one likes, numbers only or texts only, flattened. */
@JsonDeserialize(using = TensorValues.Reader.class)
final class TensorValues {

    private static final int TEXT_COUNT_MAX = 100_000;

    private float[] numbers = new float[16];
    private int numberCount;
    private final List<String> texts = new ArrayList<>();

    float[] numbers() {
        return Arrays.copyOf(numbers, numberCount);
    }

    List<String> texts() {
        return texts;
    }

    int count() {
        return numberCount + texts.size();
    }

    boolean isMixed() {
        return numberCount > 0 && !texts.isEmpty();
    }

    private void add(float number) {
        if (numberCount == numbers.length) {
            numbers = Arrays.copyOf(numbers, 2 * numberCount);
        }
        numbers[numberCount++] = number;
    }

    /** Holds four bytes for a number, where a tree would hold forty. */
    static final class Reader extends JsonDeserializer<TensorValues> {

        @Override
        public TensorValues deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            TensorValues values = new TensorValues();
            int depth = 0;
            do {
                JsonToken token = parser.currentToken();
                switch (token) {
                    case START_ARRAY -> depth++;
                    case END_ARRAY -> depth--;
                    case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> values.add(parser.getFloatValue());
                    case VALUE_STRING -> {
                        if (values.texts.size() == TEXT_COUNT_MAX) {
                            context.reportInputMismatch(TensorValues.class, "it has more than %d texts", TEXT_COUNT_MAX);
                        }
                        values.texts.add(parser.getText());
                    }
                    default ->
                        context.reportInputMismatch(TensorValues.class, "it has a %s (expected: numbers or texts)", token);
                }
            } while (depth > 0 && parser.nextToken() != null);
            return values;
        }
    }
}
