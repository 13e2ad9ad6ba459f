package io.graft.inference.openinference;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;

/** Reads an array of objects that ends with the first one too many, so that nobody's array fills the heap. */
abstract class BoundedList<T> extends JsonDeserializer<List<T>> {

    private final Class<T> type;
    private final int countMax;

    BoundedList(Class<T> type, int countMax) {
        this.type = type;
        this.countMax = countMax;
    }

    @Override
    public List<T> deserialize(JsonParser parser, DeserializationContext context) throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            context.reportInputMismatch(List.class, "it is no array");
        }
        List<T> list = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (list.size() == countMax) {
                context.reportInputMismatch(List.class, "it has more than %d (expected: at most %d)", countMax, countMax);
            }
            list.add(context.readValue(parser, type));
        }
        return list;
    }
}
