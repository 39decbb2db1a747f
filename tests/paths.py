"""Paths that must never lead out of a folder: one corpus for every place where a path comes in from outside."""

from __future__ import annotations

__all__ = ["FOREIGN", "HOSTILE"]

HOSTILE = {
    "one up": "../secret.png",
    "up from below": "sub/../../secret.png",
    "many up": "../" * 40 + "etc/hostname.png",
    "up at the end": "sub/..",
    "only up": "..",
    "absolute": "/etc/hostname.png",
    "absolute twice": "//etc//hostname.png",
    "another user's home": "~root/secret.png",
    "home": "~/secret.png",
    "prefix twin": "../model_evil/secret.png",
    "Windows, one up": "..\\secret.png",
    "Windows, up from below": "sub\\..\\..\\secret.png",
    "Windows, mixed": "sub\\../..\\secret.png",
    "Windows, drive": "C:\\secret.png",
    "Windows, another drive": "Z:/secret.png",
    "Windows, in the drive's own folder": "Z:secret.png",
    "Windows, root of the drive": "\\secret.png",
    "Windows, another machine": "\\\\machine\\share\\secret.png",
    "Windows, device": "\\\\.\\secret.png",
    "Windows, long": "\\\\?\\C:\\secret.png",
    "encoded": "%2e%2e/secret.png",
    "encoded separators": "..%2fsecret.png",
    "encoded twice": "%252e%252e%252fsecret.png",
    "overlong dots": "\u2025/secret.png",
    "wide dots": "\uff0e\uff0e/secret.png",
    "NUL": "picture.png\0.txt",
    "NUL and up": "..\0/secret.png",
    "half a character": "\udcff.png",
    "very long": "a" * 5000 + ".png",
    "very deep": "a/" * 3000 + "secret.png",
    "spaces": "  ../secret.png ",
    "line end": "../secret.png\n",
    "empty": "",
    "itself": ".",
    "link": "https://example.org/secret.png",
    "link to a file": "file:///etc/hostname",
    "bucket": "s3://bucket/secret.png",
    "data": "data:image/png;base64,iVBORw0KGgo=",
    "data, in capitals": "DATA:text/plain,secret",
}
"""By what is meant; `secret.png` lies beside the folder that may be read, and in its prefix twin `model_evil`."""

FOREIGN = ("one up", "up from below", "many up", "only up", "prefix twin", "Windows, one up", "Windows, up from below",
           "Windows, mixed", "Windows, another drive", "Windows, in the drive's own folder",
           "Windows, root of the drive", "Windows, another machine", "Windows, device", "absolute")  # fmt: skip
"""Those that lead out by the rules of Windows, from a folder on drive C:."""
