"""Speech: what is said in a recording, by the weights of `handful get speech` or any Whisper of CTranslate2's form.

whisper.py is the network, silence.py cuts what it is shown, transcript.py writes what it heard; agreement.py tells
whether texts that people gave are what is said.
"""
