package io.graft.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

import org.junit.jupiter.api.Test;

import io.graft.backbone.ResNetArchitecture.Convolution;
import io.graft.problem.Problem;
import io.graft.tensor.Safetensors;
import io.graft.tensor.Tensor;

class ImageWeightsTest {

    private static final byte[] FILE = RuleWeights.file("resnet18");

    @Test
    void listsTheConvolutionsOfTorchvision() {
        assertThat(convolutionCount("resnet18")).isEqualTo(20);
        assertThat(convolutionCount("resnet34")).isEqualTo(36);
        assertThat(convolutionCount("resnet50")).isEqualTo(53);
        assertThat(convolutionCount("resnet101")).isEqualTo(104);
        assertThat(resnet("resnet50").convolutions()).contains(
                new Convolution("layer2.0.downsample.0", "layer2.0.downsample.1", 512, 256, 1, 2, 4),
                new Convolution("layer4.2.conv3", "layer4.2.bn3", 2048, 512, 1, 1, 32));
    }

    private static int convolutionCount(String architecture) {
        return resnet(architecture).convolutions().size();
    }

    private static ResNetArchitecture resnet(String name) {
        return (ResNetArchitecture) Architecture.named(name).orElseThrow();
    }

    private static ImageWeights read(byte[] file) {
        return ImageWeights.of(Safetensors.read("weights file", file), Map.of());
    }

    @Test
    void hasADigestThatFollowsItsContentOnly() {
        // Given
        byte[] reordered = changed((metadata, tensors) -> {
            tensors.put("conv1.weight", tensors.remove("conv1.weight"));
            tensors.put("fc.weight", new Tensor(List.of(1), new float[] { 1 }));
            metadata.put("comment", "another");
        });
        byte[] preprocessed = changed((metadata, tensors) -> metadata.put("crop", "223"));
        byte[] retrained = changed((metadata, tensors) -> tensors.computeIfPresent("bn1.bias", (name, bias) -> {
            float[] values = bias.values().clone();
            values[3] = Math.nextUp(values[3]);
            return new Tensor(bias.shape(), values);
        }));
        // When
        String sha256 = read(FILE).sha256();
        // Then
        assertThat(read(reordered).sha256()).isEqualTo(sha256);
        assertThat(read(preprocessed).sha256()).isNotEqualTo(sha256);
        assertThat(read(retrained).sha256()).isNotEqualTo(sha256);
    }

    @Test
    void refusesAFileOfSomethingElse() {
        assertRefused(changed((metadata, tensors) -> metadata.put("architecture", "vit")),
                "weights file has architecture 'vit' (expected: one of [resnet18, resnet34, resnet50, resnet101, vgg11, vgg16], in"
                        + " its metadata or configured)");
        assertRefused(changed((metadata, tensors) -> metadata.remove("architecture")),
                "weights file does not say its architecture (expected: one of [resnet18, resnet34, resnet50, resnet101, vgg11,"
                        + " vgg16], in its metadata or configured)");
        assertRefused(changed((metadata, tensors) -> tensors.put("head.weight", new Tensor(List.of(1), new float[1]))),
                "weights file has 1 tensors that resnet18 does not have: [head.weight]");
        assertRefused(changed((metadata, tensors) -> tensors.remove("layer4.1.bn2.running_var")),
                "weights file has no tensor 'layer4.1.bn2.running_var'");
        assertRefused(changed((metadata, tensors) -> tensors.put("bn1.bias", new Tensor(List.of(32), new float[32]))),
                "weights file has bn1.bias of shape [32] (expected: [64])");
        assertRefused(changed((metadata, tensors) -> tensors.put("bn1.bias", new Tensor(List.of(0), new float[0]))),
                "weights file has bn1.bias of shape [0] (expected: [64])");
    }

    @Test
    void takesWhatIsDeclaredForWhatTheFileDoesNotSay() {
        // Given
        byte[] silent = changed((metadata, tensors) -> metadata.clear());
        Map<String, String> declared = Map.of("architecture", "resnet18", "resize", "224");
        // When
        ImageWeights weights = ImageWeights.of(Safetensors.read("weights file", silent), declared);
        // Then
        assertThat(weights.sha256()).isEqualTo(read(FILE).sha256());
        assertThat(ImageWeights.of(Safetensors.read("weights file", silent), Map.of("architecture", "resnet18"))
                .preprocessing()).hasToString("Preprocessing[resize=256, crop=224, mean=[0.485, 0.456, 0.406],"
                        + " deviation=[0.229, 0.224, 0.225]]");
    }

    /** As torch.nn.Sequential(*list(resnet.children())[:-1]) names them. */
    @Test
    void knowsTheParametersByTheirPlacesToo() {
        // Given
        Map<String, String> places = Map.of("conv1", "0", "bn1", "1", "layer1", "4", "layer2", "5", "layer3", "6", "layer4",
                "7");
        byte[] sequential = changed((metadata, tensors) -> List.copyOf(tensors.keySet()).forEach(name -> {
            String child = name.substring(0, name.indexOf('.'));
            tensors.put(places.get(child) + name.substring(child.length()), tensors.remove(name));
        }));
        // When // Then
        assertThat(read(sequential).sha256()).isEqualTo(read(FILE).sha256());
    }

    private static void assertRefused(byte[] file, String sentence) {
        assertThatThrownBy(() -> read(file).sha256()).isInstanceOf(Problem.class).hasMessage(sentence);
    }

    private static byte[] changed(BiConsumer<Map<String, String>, Map<String, Tensor>> change) {
        Safetensors file = Safetensors.read("file", FILE);
        Map<String, String> metadata = new HashMap<>(file.metadata());
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        file.names().forEach(name -> tensors.put(name, file.tensor(name)));
        change.accept(metadata, tensors);
        return Safetensors.write(metadata, tensors);
    }
}
