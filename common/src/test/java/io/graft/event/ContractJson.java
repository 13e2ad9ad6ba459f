package io.graft.event;

/** The contract's JSON, as its page shows it, with the places filled that the page leaves open. */
public final class ContractJson {

    public static final String TRAIN_REQUEST = """
            {"trainRequestId": "any string of yours, optional: the same id is trained once",
             "backbone": "resnet18",
             "recipe": {"optimizer": "auto", "epochs": 25, "batchSize": 4, "learningRate": 0.001, "momentum": 0.9,
                        "weightDecay": 0.0, "stepSize": 7, "gamma": 0.1, "seed": 0, "classWeights": "none"},
             "validationFraction": 0.2,
             "promotion": {"policy": "if-better", "minimumAccuracy": 0.0, "minimumLabelRecall": 0.0},
             "unknown": {"accuracy": 0.95}}""";

    public static final String TRAINING_PROGRESS = """
            {"task": "birds", "trainingRunId": "run-1", "trainRequestId": "request 1", "state": "failed", "epoch": 2,
             "epochCount": 25, "learningRate": 0.001, "trainLoss": 0.5, "trainAccuracy": 0.75, "validationLoss": 0.25,
             "validationAccuracy": 0.875, "version": 3, "error": {"code": "TASK_TOO_SMALL", "message": "a sentence"},
             "at": "2026-01-02T03:04:05Z"}""";

    public static final String MODEL_READY = """
            {"task": "ants-bees", "version": 3, "trainingRunId": "run-1", "trainRequestId": "request 1",
             "requestedAt": "2026-01-02T03:04:05Z", "createdAt": "2026-01-02T03:04:06.789Z",
             "backbone": {"id": "resnet18", "sha256": "ab", "dimension": 512, "precision": "float32"},
             "labels": ["ants", "bees"],
             "head": {"format": "safetensors", "sha256": "cd", "sizeBytes": 4312, "data": "AAAA"},
             "recipe": {"asked": {"optimizer": "auto", "epochs": 25, "batchSize": 4, "learningRate": 0.001, "momentum": 0.9,
                                  "weightDecay": 0.0, "stepSize": 7, "gamma": 0.1, "seed": 0, "classWeights": "none"},
                        "candidates": [{"optimizer": "sgd", "weightDecay": 0.0, "learningRate": 0.001, "batchSize": 4,
                                        "epochs": 25, "validationLoss": 0.25, "validationAccuracy": 0.875, "chosen": true},
                                       {"optimizer": "lbfgs", "weightDecay": 0.1, "iterations": 7, "chosen": false,
                                        "problem": "a sentence"}],
                        "reason": "a sentence"},
             "epochs": [{"epoch": 1, "learningRate": 0.001, "trainLoss": 0.5, "trainAccuracy": 0.75, "validationLoss": 0.25,
                         "validationAccuracy": 0.875}],
             "evaluation": {"sampleCount": 49, "accuracy": 0.94, "accuracyInterval": {"lower": 0.83, "upper": 0.98},
                            "loss": 0.19, "expectedCalibrationError": 0.02, "temperature": 1.25,
                            "labels": [{"label": "ants", "precision": 0.5, "recall": 0.5, "f1": 0.5, "sampleCount": 20}],
                            "confusion": [[20, 0], [3, 26]], "warnings": ["a sentence"]},
             "dataset": {"sampleCount": 244, "trainCount": 195, "validationCount": 49, "sha256": "ef",
                         "offsets": [{"topic": "sample-features", "partition": 2, "end": 244}]},
             "selfTest": {"features": "AAAAAA==", "probabilities": [[0.5, 0.5]]},
             "software": {"graft": "0.1.0", "engine": "PyTorch 2.7.1"},
             "verdict": {"promoted": true, "reason": "a sentence", "sampleCount": 49, "candidateAccuracy": 0.94,
                         "candidateLoss": 0.19, "servingVersion": 2, "servingAccuracy": 0.9, "servingLoss": 0.25,
                         "significance": {"onlyCandidateRight": 3, "onlyServingRight": 1, "pValue": 0.625}},
             "featureStatistics": {"mean": "AAAAAA==", "deviation": "AACAPw=="},
             "unknown": {"threshold": 0.71, "accuracy": 0.955, "coverage": 0.88}}""";

    public static final String PROMOTION = """
            {"task": "ants-bees", "version": 2, "previousVersion": 3, "reason": "rollback",
             "canary": {"version": 4, "percent": 12.5}, "shadow": {"version": 5},
             "verdict": {"promoted": true, "reason": "a sentence", "sampleCount": 0}, "at": "2026-01-02T03:04:05Z"}""";

    /** What an event of the first release has in the places that have changed since. */
    public static final String FIRST_RECIPE = """
            {"optimizer": "sgd", "epochs": 25, "batchSize": 4, "learningRate": 0.001, "momentum": 0.9, "weightDecay": 0.0,
             "stepSize": 7, "gamma": 0.1, "seed": 0}""";
    public static final String FIRST_EVALUATION = """
            {"sampleCount": 49, "accuracy": 0.94, "loss": 0.19,
             "labels": [{"label": "ants", "precision": 0.5, "recall": 0.25, "sampleCount": 20}],
             "confusion": [[20, 0], [3, 26]]}""";

    private ContractJson() {
    }
}
