"""Errors and warnings of sklyra, each also a class that callers already catch."""


class UnknownCharacterError(ValueError):
    """A sequence holds a character that its alphabet does not know."""


class ModelFileError(ValueError):
    """A file is no model that can be read: it is cut, altered, newer or another's."""


class SklyraWarning(UserWarning):
    """Root of every warning that sklyra gives."""


class AlphabetWarning(SklyraWarning):
    """Sequences are readable, but hardly what the model was fitted on."""


class AxisWarning(SklyraWarning):
    """Numbers may have their axes of positions and channels the wrong way round."""


class BoundWarning(SklyraWarning):
    """Chosen sequences are not predicted to reach a bound that was asked for."""


class CovariateWarning(SklyraWarning):
    """A number or a category beside sequences is missing, new, or of no use."""


class MemoryWarning(SklyraWarning):
    """Memory ran out, and the work goes on with fewer sequences at a time."""


class LengthWarning(SklyraWarning):
    """A sequence is far longer than any the model was fitted on."""


class RepeatWarning(SklyraWarning):
    """Sequences of a column recur, so that rows held out share them with others."""


class UnsavedWarning(SklyraWarning):
    """A parameter is an object that a model file cannot hold, and is left out."""


class VersionWarning(SklyraWarning):
    """A saved model was fitted with other versions."""
