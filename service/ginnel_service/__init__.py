"""The service side of Ginnel: IKEv2, profiles, the machine's network, IPC and the command line."""

__version__ = "0.1.0"
