"""Nobody learns, by any way into ``/fhir/``, whether there is something they may not see."""
