"""The case folder: read all of it or none, write it back without loss."""

from habeas.intake.folder.reading import FolderRead, read_folder
from habeas.intake.folder.writing import write_folder

__all__ = ["FolderRead", "read_folder", "write_folder"]
