package io.graft.kubernetes;

import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** What the patches of an overlay say, on every machine: rules look at it without anybody rendering it. */
final class Patches {

    /** How a patch says that its object goes. */
    private static final String DIRECTIVE = "$patch";

    private Patches() {
    }

    /**
     * A patch in the form of an object, as it stands there.
     *
     * @throws IllegalArgumentException when the object that it changes is not there
     */
    static Manifest merged(JsonNode patch, Manifests below) {
        ObjectNode fields = patch.deepCopy();
        fields.remove(DIRECTIVE);
        Manifest manifest = new Manifest(fields);
        if (below.find(manifest.kind(), manifest.name()).isEmpty()) {
            throw new IllegalArgumentException("a patch is for " + manifest + ", which is not there");
        }
        return manifest;
    }

    /**
     * What a list of operations (RFC 6902) makes of each object of a kind.
     *
     * @throws IllegalArgumentException when there is none, or an operation does not fit
     */
    static List<Manifest> operated(List<JsonNode> operations, String kind, Manifests below) {
        List<Manifest> patched = below.ofKind(kind).stream().map(each -> operated(each, operations)).toList();
        if (patched.isEmpty()) {
            throw new IllegalArgumentException("a patch is for each " + kind + ", of which there is none");
        }
        return patched;
    }

    private static Manifest operated(Manifest manifest, List<JsonNode> operations) {
        ObjectNode node = manifest.node().deepCopy();
        for (JsonNode operation : operations) {
            JsonPointer path = JsonPointer.compile(operation.path("path").asText());
            String word = operation.path("op").asText();
            boolean fits = switch (word) {
                case "add" -> node.at(path.head()).isObject();
                case "replace" -> node.at(path.head()).isObject() && !node.at(path).isMissingNode();
                default -> false;
            };
            if (!fits) {
                throw new IllegalArgumentException("a patch can not " + word + " " + path + " of " + manifest
                        + " (expected: add or replace, where something is)");
            }
            ((ObjectNode) node.at(path.head())).set(path.last().getMatchingProperty(), operation.path("value"));
        }
        return new Manifest(node);
    }

    /** Those of an overlay, one after the other, each on the files below. */
    static Manifests ofOverlay(String overlay) {
        Manifests below = Kustomize.files(overlay);
        String folder = "deploy/kubernetes/overlays/" + overlay + "/";
        List<Manifest> patched = new ArrayList<>();
        for (JsonNode entry : Checkout.yaml(folder + "kustomization.yaml").path("patches")) {
            List<JsonNode> documents = Checkout.documents(Checkout.text(folder + entry.path("path").asText()));
            if (entry.has("target")) {
                patched.addAll(operated(documents, entry.at("/target/kind").asText(), below));
            } else {
                documents.forEach(patch -> patched.add(merged(patch, below)));
            }
        }
        return new Manifests(patched);
    }
}
