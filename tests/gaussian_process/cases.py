"""Sequences, kernels and references that tests of the Gaussian process share."""

from __future__ import annotations

from functools import partial

import numpy as np
import torch

from sklyra.gaussian_process import GaussianProcess, Posterior, explain
from sklyra.gaussian_process.feature_map import FeatureMap
from sklyra.gaussian_process.kernel import Kernel
from sklyra.gaussian_process.letters import products
from sklyra.gaussian_process.training import TrainingSet
from sklyra.sequences import check_sequences

LETTERS = list("ACGT")


def encode(text):
    return check_sequences(list(text), alphabet="dna")


def random_text(rng, n, length):
    return ["".join(rng.choice(LETTERS, length)) for _ in range(n)]


def a_kernel(n_positions, rng):
    """A kernel that was not learnt from anything."""
    numbers = [torch.tensor(v, dtype=torch.float64) for v in (0.3, 1.7, 2.5, 0.2)]
    return Kernel(torch.from_numpy(rng.gamma(1, 1, n_positions)), *numbers)


def fit(sequences, target, weight=None, most=16384, seed=0):
    weight = np.ones(len(target)) if weight is None else weight
    state = np.random.RandomState(seed)
    return GaussianProcess(most).fit(sequences, target, weight, state)


def fitted(rng, n=60, length=8, outputs=1, weight=None, most=8192):
    """Sequences, targets that depend on letters and 2-mers, and their posterior."""
    text = random_text(rng, n, length)
    y = np.array([[x.count("A") + 2 * (x[0] == x[3]), x.count("CG")] for x in text])
    y = y[:, :outputs].astype(float)
    return text, y, fit(encode(text), y, weight, most)


def explained(sequences, target):
    """A posterior, and the explanation of it, of one standardized output."""
    y = np.asarray(target, dtype=float)
    y = (y - y.mean()) / y.std()
    posterior = fit(sequences, y[:, None])
    return posterior, explain(posterior)


def training_set(feature_map, text, target, weight=None):
    sequences = encode(text)
    weight = np.ones(len(text)) if weight is None else weight
    features = feature_map(sequences)
    return TrainingSet(np.arange(len(text)), sequences, features, target, weight)


def conditioned(rng, text, target, weight=None):
    """A posterior of a kernel that was not learnt, which takes no time."""
    feature_map = FeatureMap(encode(text))
    kernel = a_kernel(len(feature_map.aligned), rng)
    training = training_set(feature_map, text, target, weight)
    return Posterior.condition(kernel, feature_map, training)


def pair(feature_map, one, two):
    """The arguments of a kernel, between texts."""
    a, b = (feature_map(encode(text)) for text in (one, two))
    letters = (torch.from_numpy(x.letters) for x in (a, b))
    return partial(products, *letters), torch.from_numpy(a.kmer_similarity(b))


def kernel_between(posterior, one, two):
    """The kernel between texts, in one block."""
    return posterior.kernel(*pair(posterior.feature_map, one, two)).numpy()


def noisy_kernel(posterior, text, weight):
    """The kernel among texts with the noise of their weights, in one block."""
    noise = posterior.kernel.noise.item() / weight + 1e-6
    return kernel_between(posterior, text, text) + np.diag(noise)


def posterior_mean(posterior, text, centered, weight, asked):
    """The posterior mean, with numpy alone."""
    K = noisy_kernel(posterior, text, weight)
    return kernel_between(posterior, asked, text) @ np.linalg.solve(K, centered)


def posterior_variance(posterior, text, weight, asked):
    """The latent variance in units of the kernel, with numpy alone."""
    K = noisy_kernel(posterior, text, weight)
    cross = kernel_between(posterior, asked, text)
    prior = kernel_between(posterior, asked, asked).diagonal()
    return prior - np.einsum("ij,ji->i", cross, np.linalg.solve(K, cross.T))
