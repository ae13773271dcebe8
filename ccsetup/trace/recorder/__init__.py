"""A loopback stand-in for every service Claude Code calls, which writes down what was asked.

Point the client at it by a base URL, or, to see the real host names, as its HTTPS proxy:

    with Recorder() as recorder:
        run(["claude", "-p", "say pong"], env={**recorder.proxied, ...})
        assert recorder.inference[0].host == "bedrock-runtime.us-east-1.amazonaws.com"

It never connects outward: a proxied host is answered by the recorder itself.
"""
