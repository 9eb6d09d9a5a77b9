"""The demonstration case, restated from the public record; see NOTES.md for references, masking and how to object."""
