"""The tests of an accusation, one story a finding. Each is a function: record → findings.

Every test lists the statements that carry its story, strongest first, and says on what it rests and what would change it.
"""
