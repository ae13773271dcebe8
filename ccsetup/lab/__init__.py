"""The providers, simulated on loopback: AWS, Google Cloud and Anthropic from one declarative world.

    with Lab(tls=True) as lab:
        variables = lab.environment(home)       # writes files below home; variables for any tool
        lab.inject(Fault.from_specimen("bedrock-runtime", 429, "ThrottlingException", "Too many tokens, …"))
        lab.world = lab.world.on(date(2027, 2, 1))
        assert len(lab.asked("ListInferenceProfiles", place="us-east-1")) == 1

It imports no SDK, and none of ccsetup's other modules.
"""
