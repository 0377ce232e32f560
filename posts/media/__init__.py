"""
Making pictures and films safe to show: uploads in, clean masters out.

Plain Python, no Django: files are decided by content, decoded under limits, re-encoded, and lose all their metadata.
Whatever cannot be made safe is `errors.MediaRefused`. Decoding somebody's file belongs in `sandboxed.run_isolated`.
"""
