"""Address of the documentation, to which scikit-learn's HTML of estimators links.

Classes take both names into their body: scikit-learn looks them up there, and shows
what each parameter means only if they are set.
"""

DOC_LINK_MODULE = "sklyra"
DOC_LINK_TEMPLATE = (
    "https://sklyra.readthedocs.io/en/stable/generated/sklyra.{estimator_name}.html"
)
