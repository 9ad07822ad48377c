"""Search of parameters with Optuna."""

from sklyra.search.pruning import LaggardPruner
from sklyra.search.search_cv import LyraSearchCV
from sklyra.search.space import suggest_params

__all__ = ["LaggardPruner", "LyraSearchCV", "suggest_params"]
