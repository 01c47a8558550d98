"""EDF+ files (Kemp & Olivan, Clin. Neurophysiol. 2003; www.edfplus.info), pure functions.

The format has no sign for a sample that was not measured, so such samples hold the digital minimum,
−32768, and an annotation "Not measured" covers them; "@@" and a label in it name the signal where
it is one of several. Where nothing was received for longer than a record there is no record: the
file is then EDF+D, and each record tells its own time.
"""
