"""
Motifs that a model has learned
===============================

A model of splice junctions has learned what an exon's end and an exon's beginning look
like. `motifs` writes k-mers into shuffled sequences, and finds those that change the
prediction, and where.
"""

import matplotlib

matplotlib.use("Agg")

from sklyra import LyraClassifier
from sklyra.datasets import load_splice_junctions
from sklyra.inspection import motifs

# %%
# 60 letters of DNA around the middle: ``EI`` where an exon ends and an intron begins
# there, ``IE`` the other way round, ``N`` neither.

X, y = load_splice_junctions(return_X_y=True)
model = LyraClassifier(n_members=1, max_epochs=10, random_state=0)
model.fit(X[::6], y[::6])
print(model.classes_, f"accuracy on others {model.score(X[1::6], y[1::6]):.2f}")

# %%
# What speaks for the end of an exon? On the left each letter is as high as the effect
# of the motif with it. On the right: where the motif acts. Introns begin with GT, and
# here they do so in the middle.

donor = motifs(model, X[::6], output=0, n_motifs=2, n_places=55, random_state=0)
print(donor.to_frame().round(2))
display = donor.plot()
display.figure_.suptitle("for EI, the end of an exon")

# %%
# Introns end with AG.

acceptor = motifs(model, X[::6], output=1, n_motifs=2, n_places=55, random_state=0)
print(acceptor.to_frame().round(2))
display = acceptor.plot()
display.figure_.suptitle("for IE, the beginning of an exon")
