"""
Classify splice junctions
=========================

Is the middle of a stretch of DNA the end of an exon, the start of one, or neither?
Three classes, probabilities, and a confusion matrix from cross-validation.
"""

from sklearn.metrics import classification_report, confusion_matrix
from sklearn.model_selection import cross_val_predict

from sklyra import LyraClassifier
from sklyra.datasets import load_splice_junctions

# %%
# The sequences contain a few degenerate letters such as N, which count as the mean of
# the letters that they may be. Every tenth window is enough here.

X, y = load_splice_junctions(return_X_y=True)
X, y = X[::10], y[::10]

# %%
# `class_weight="balanced"` makes the rare classes count as much as the common one. One
# network instead of five is enough to see how it works.

model = LyraClassifier(
    n_members=1, class_weight="balanced", max_epochs=12, random_state=0
)
predicted = cross_val_predict(model, X, y, cv=3)
print(classification_report(y, predicted, digits=3))
print(confusion_matrix(y, predicted))

# %%
# Probabilities of a single new sequence.

model.fit(X, y)
for label, probability in zip(
    model.classes_, model.predict_proba(X[:1])[0], strict=True
):
    print(f"{label:2s} {probability:.3f}")
