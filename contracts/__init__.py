"""The messages of Fairlead: who may be asked what, and what is said when something happened.

One module a service, and `channels` for what every channel gateway says alike. Code is the
source; `contracts/asyncapi/` and `contracts/examples/` are made from it by `make contracts`.
"""
