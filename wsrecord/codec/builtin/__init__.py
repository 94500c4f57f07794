"""The codecs that come with wsrecord: one small file each; `codec/registry.py` names them."""
