package io.graft.model;

import static io.graft.testing.Records.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.graft.event.ContractJson;
import io.graft.event.Json;
import io.graft.id.BackboneId;
import io.graft.id.TrainRequestId;
import io.graft.problem.Problem;
import io.graft.tail.Depth;

class TrainRequestTest {

    @Test
    void takesEveryDefaultFromNothing() {
        // When
        TrainRequest request = parse("{}");
        // Then
        assertThat(request).isEqualTo(
                new TrainRequest(Optional.empty(), Optional.empty(), Depth.HEAD, 0.001, Recipe.DEFAULT, 0.2,
                        PromotionPolicy.DEFAULT,
                        Optional.empty(), Optional.empty()));
        assertThat(request.recipe()).isEqualTo(new Recipe("auto", 25, 4, 0.001, 0.9, 0.0, 7, 0.1, 0, ClassWeights.NONE));
        assertThat(request.promotion()).isEqualTo(
                new PromotionPolicy(PromotionPolicy.Policy.IF_BETTER, 0.0, 0.0, Optional.empty()));
    }

    @Test
    void readsTheContractsExample() {
        // When
        TrainRequest request = parse(ContractJson.TRAIN_REQUEST);
        // Then
        assertThat(request).isEqualTo(new TrainRequest(
                Optional.of(new TrainRequestId("any string of yours, optional: the same id is trained once")),
                Optional.of(new BackboneId("resnet18")), Depth.HEAD, 0.001, Recipe.DEFAULT, 0.2, PromotionPolicy.DEFAULT,
                Optional.of(new UnknownPolicy(0.95)), Optional.empty()));
    }

    @Test
    void readsHowDeepToTrain() {
        // When
        TrainRequest request = parse("{\"depth\":\"last-block\",\"blockLearningRate\":0.0003}");
        // Then
        assertThat(request.depth()).isEqualTo(Depth.LAST_BLOCK);
        assertThat(request.blockLearningRate()).isEqualTo(0.0003);
    }

    @Test
    void refusesAnotherDepthAndARateThatIsNone() {
        assertThatThrownBy(() -> parse("{\"depth\":\"last-stage\"}")).isInstanceOf(Problem.class)
                .hasMessageContaining("train request field 'depth' is not valid")
                .hasMessageContaining("[head, all, last-block]");
        assertThatThrownBy(() -> parse("{\"blockLearningRate\":0}")).isInstanceOf(Problem.class)
                .hasMessage("train request blockLearningRate is 0.0 (expected: above 0, up to 1)");
    }

    @Test
    void keepsTheDefaultsOfWhatARecipeLeavesOut() {
        // When
        Recipe recipe = parse("{\"recipe\":{\"optimizer\":\"auto\",\"epochs\":3,\"seed\":-9007199254740993}}").recipe();
        // Then
        assertThat(recipe).isEqualTo(new Recipe("auto", 3, 4, 0.001, 0.9, 0.0, 7, 0.1, -9007199254740993L, ClassWeights.NONE));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "\"optimizer\":\"adam\"   | optimizer is 'adam' (expected: auto, sgd or lbfgs)",
            "\"epochs\":0             | epochs is 0 (expected: 1 to 10000)",
            "\"epochs\":1000000000    | epochs is 1000000000 (expected: 1 to 10000)",
            "\"batchSize\":0          | batchSize is 0 (expected: 1 to 65536)",
            "\"batchSize\":65537      | batchSize is 65537 (expected: 1 to 65536)",
            "\"learningRate\":-0.1    | learningRate is -0.1 (expected: above 0, up to 100)",
            "\"learningRate\":0       | learningRate is 0.0 (expected: above 0, up to 100)",
            "\"learningRate\":1e999   | learningRate is Infinity (expected: above 0, up to 100)",
            "\"momentum\":1           | momentum is 1.0 (expected: 0 up to but not 1)",
            "\"weightDecay\":10.1     | weightDecay is 10.1 (expected: 0 to 10)",
            "\"stepSize\":0           | stepSize is 0 (expected: 1 or more)",
            "\"gamma\":0              | gamma is 0.0 (expected: above 0, up to 1)" })
    void refusesANumberOutsideItsBounds(String field, String message) {
        // When
        assertThatThrownBy(() -> parse("{\"recipe\":{" + field + "}}"))
                // Then
                .isInstanceOfSatisfying(Problem.class, problem -> assertThat(problem.code()).isEqualTo("RECIPE_INVALID"))
                .hasMessage("recipe " + message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "\"epochs\":3           | epochs is 3",
            "\"batchSize\":32       | batchSize is 32",
            "\"learningRate\":0.1   | learningRate is 0.1",
            "\"momentum\":0.5       | momentum is 0.5",
            "\"stepSize\":3         | stepSize is 3",
            "\"gamma\":0.5          | gamma is 0.5" })
    void refusesANumberThatTheLogisticRegressionDoesNotTake(String field, String message) {
        // When
        assertThatThrownBy(() -> parse("{\"recipe\":{\"optimizer\":\"lbfgs\"," + field + "}}"))
                // Then
                .isInstanceOfSatisfying(Problem.class, problem -> assertThat(problem.code()).isEqualTo("RECIPE_INVALID"))
                .hasMessage("recipe " + message + " (expected: absent, because optimizer 'lbfgs' does not take it)");
    }

    @Test
    void givesTheLogisticRegressionAPenaltyOfItsOwn() {
        // When
        Recipe absent = parse("{\"recipe\":{\"optimizer\":\"lbfgs\"}}").recipe();
        Recipe none = parse("{\"recipe\":{\"optimizer\":\"lbfgs\",\"weightDecay\":0}}").recipe();
        // Then
        assertThat(absent).isEqualTo(Recipe.logistic(0.01, ClassWeights.NONE));
        assertThat(none.weightDecay()).isZero();
        assertThat(TrainRequest.parse(Json.write(Map.of("recipe", absent))).recipe()).isEqualTo(absent);
    }

    @Test
    void takesTheBoundsThemselves() {
        // When
        Recipe recipe = parse("""
                {"recipe":{"epochs":10000,"batchSize":65536,"learningRate":100,"momentum":0,"weightDecay":10,
                           "stepSize":2147483647,"gamma":1,"classWeights":"balanced"}}""").recipe();
        // Then
        assertThat(recipe)
                .isEqualTo(new Recipe("auto", 10_000, 65_536, 100, 0, 10, Integer.MAX_VALUE, 1, 0, ClassWeights.BALANCED));
    }

    @Test
    void refusesWhatIsNotANumber() {
        // When
        assertThatThrownBy(() -> new Recipe("sgd", 25, 4, Double.NaN, 0.9, 0, 7, 0.1, 0, ClassWeights.NONE))
                // Then
                .hasMessage("recipe learningRate is NaN (expected: above 0, up to 100)");
        assertThatThrownBy(() -> new Recipe("sgd", 25, 4, 0.1, 0.9, Double.NaN, 7, 0.1, 0, ClassWeights.NONE))
                .hasMessage("recipe weightDecay is NaN (expected: 0 to 10)");
        assertThatThrownBy(() -> parse("{\"recipe\":{\"gamma\":NaN}}")).hasMessageStartingWith("train request");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "{\"validationFraction\":1}                    | train request validationFraction is 1.0 (expected: 0 up to but not 1)",
            "{\"validationFraction\":-0.1}                 | train request validationFraction is -0.1 (expected: 0 up to but not 1)",
            "{\"promotion\":{\"minimumAccuracy\":1.5}}     | promotion minimumAccuracy is 1.5 (expected: 0 to 1)",
            "{\"promotion\":{\"minimumLabelRecall\":-0.1}} | promotion minimumLabelRecall is -0.1 (expected: 0 to 1)",
            "{\"promotion\":{\"minimumAccuracy\":0.5,\"policy\":\"never\"}}    | promotion minimumAccuracy is 0.5 with policy 'never' (expected: absent, no version is promoted)",
            "{\"promotion\":{\"minimumLabelRecall\":0.5,\"policy\":\"never\"}} | promotion minimumLabelRecall is 0.5 with policy 'never' (expected: absent, no version is promoted)",
            "{\"promotion\":{\"significance\":0}}          | promotion significance is 0.0 (expected: above 0, below 1)",
            "{\"promotion\":{\"significance\":1}}          | promotion significance is 1.0 (expected: above 0, below 1)",
            "{\"promotion\":{\"significance\":0.05,\"policy\":\"never\"}}  | promotion significance is 0.05 with policy 'never' (expected: absent, only 'if-better' compares)",
            "{\"promotion\":{\"significance\":0.05,\"policy\":\"always\"}} | promotion significance is 0.05 with policy 'always' (expected: absent, only 'if-better' compares)",
            "{\"backbone\":\"../x\"}                       | backbone '../x' is not valid (expected: [a-z0-9][a-z0-9._-]{0,62})",
            "{\"recipe\":{\"epoch\":3}}                    | train request has the unknown field 'recipe.epoch' (expected: [batchSize, classWeights, epochs, gamma, learningRate, momentum, optimizer, seed, stepSize, weightDecay])",
            "{\"Recipe\":{}}                               | train request has the unknown field 'Recipe' (expected: [backbone, blockLearningRate, cause, depth, promotion, recipe, trainRequestId, unknown, validationFraction])",
            "null                                          | train request is null (expected: a JSON object)" })
    void refusesAFieldByItsName(String json, String message) {
        // When
        assertThatThrownBy(() -> parse(json))
                // Then
                .isInstanceOf(Problem.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "{\"recipe\":{\"epochs\":\"25\"}}           | recipe.epochs",
            "{\"recipe\":{\"epochs\":2.5}}              | recipe.epochs",
            "{\"recipe\":{\"epochs\":true}}             | recipe.epochs",
            "{\"recipe\":{\"epochs\":99999999999}}      | recipe.epochs",
            "{\"recipe\":{\"seed\":1.0}}                | recipe.seed",
            "{\"recipe\":{\"optimizer\":5}}             | recipe.optimizer",
            "{\"recipe\":{\"classWeights\":\"even\"}}     | recipe.classWeights",
            "{\"recipe\":{\"classWeights\":0}}          | recipe.classWeights",
            "{\"recipe\":[]}                            | recipe",
            "{\"recipe\":\"sgd\"}                       | recipe",
            "{\"validationFraction\":\"0.2\"}           | validationFraction",
            "{\"trainRequestId\":7}                     | trainRequestId",
            "{\"trainRequestId\":[[[[\"a\"]]]]}         | trainRequestId",
            "{\"promotion\":{\"policy\":\"sometimes\"}} | promotion.policy",
            "{\"promotion\":{\"policy\":0}}             | promotion.policy" })
    void refusesAFieldOfAnotherType(String json, String field) {
        // When
        assertThatThrownBy(() -> parse(json))
                // Then
                .isInstanceOfSatisfying(Problem.class,
                        problem -> assertThat(problem.code()).isEqualTo("TRAIN_REQUEST_INVALID"))
                .hasMessageStartingWith("train request field '" + field + "' is not valid: ");
    }

    @ParameterizedTest
    @ValueSource(strings = { "", " ", "{", "[]", "1", "{} {}", "{}x", "{\"validationFraction\":0.1,\"validationFraction\":0.2}",
            "{'recipe':{}}", "{\"recipe\":{},}" })
    void refusesWhatIsNotOneJsonObject(String json) {
        // When
        assertThatThrownBy(() -> parse(json))
                // Then
                .isInstanceOfSatisfying(Problem.class,
                        problem -> assertThat(problem.code()).isEqualTo("TRAIN_REQUEST_INVALID"))
                .hasMessageStartingWith("train request ");
    }

    private static TrainRequest parse(String json) {
        return TrainRequest.parse(utf8(json));
    }
}
