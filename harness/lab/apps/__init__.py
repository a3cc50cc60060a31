"""The example apps: ordinary APKs with planted, labelled behaviour, built from lab/apps."""

from harness.lab.apps.builder import build, build_source
from harness.lab.apps.labels import Label, Labels, ReadLabel, labels
from harness.lab.apps.sources import AppSource, app, apps

__all__ = ["AppSource", "Label", "Labels", "ReadLabel", "app", "apps", "build", "build_source", "labels"]
