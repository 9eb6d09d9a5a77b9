"""The vault: an encrypted store of cases on one device. It survives crashes, can be erased, and is shared through a store nobody trusts.

Every secret byte is an age v1 payload, every claim stands in a signed, hash-chained log; the index is disposable.

Format and steps to verify: docs/formats/vault.md. What it guards against and what not: docs/security/.
"""
