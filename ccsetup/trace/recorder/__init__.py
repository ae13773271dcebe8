"""A loopback server in place of every service that Claude Code calls, which records the requests.

Set it as the client's base URL or, to see the real host names, as its HTTPS proxy:

    with Recorder() as recorder:
        run(["claude", "-p", "say pong"], env={**recorder.proxied, ...})
        assert recorder.inference[0].host == "bedrock-runtime.us-east-1.amazonaws.com"

It never connects to the network: the recorder itself answers for a proxied host.
"""
