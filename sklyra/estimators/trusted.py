"""What a saved model is made of."""

from __future__ import annotations

# All that `skops.io.load(file, trusted=TRUSTED_TYPES)` needs to read a fitted model, if
# that has no callbacks or encoders of the user's own.
TRUSTED_TYPES = [
    "functools.partial",
    "sklyra._training.callbacks.BestWeights",
    "sklyra._training.callbacks.EpochOutputs",
    "sklyra._training.callbacks.ProgressBar",
    "sklyra._training.callbacks.Schedule",
    "sklyra._training.net.SequenceNet",
    "sklyra._training.optimizer.AdamW",
    "sklyra.alphabets.Alphabet",
    "sklyra.encoders.kmers.KmerVectorizer",
    "sklyra.encoders.one_hot.SequenceOneHotEncoder",
    "sklyra.encoders.physicochemical.PhysicochemicalEncoder",
    "sklyra.encoders.substitution.SubstitutionMatrixEncoder",
    "sklyra.estimators.classifier.LyraClassifier",
    "sklyra.estimators.regressor.LyraRegressor",
    "sklyra.gaussian_process.posterior.Posterior",
    "sklyra.nn.losses.CrossEntropy",
    "sklyra.nn.losses.HuberError",
    "sklyra.nn.losses.RankedSquaredError",
    "sklyra.nn.losses.SquaredError",
    "sklyra.nn.lyra.LyraNet",
    "sklyra.nn.perceptron.Perceptron",
    "sklyra.features.positions.AlignedPositions",
    "skorch.callbacks.logging.EpochTimer",
    "skorch.callbacks.scoring.PassthroughScoring",
    "skorch.dataset.Dataset",
    "skorch.dataset.ValidSplit",
    "skorch.history.History",
    "skorch.setter.optimizer_setter",
    "torch.softmax",
    "torch.utils.data.dataloader.DataLoader",
]
