"""Words that stand in the name of a medicine without naming it: salts, forms, units."""

SEPARATORS = frozenset(["/", "+", ";", ",", "&", "(", ")", "[", "]", "|", "and", "with", "plus"])

# Of no meaning for recognition when an ingredient stands beside them; alone they are unread.
_SALTS = """
acetate acetonide anhydrous aspartate axetil besilate besylate bisulfate bitartrate bromide
butylbromide calcium camsylate chloride citrate cypionate decanoate dihydrate dihydrochloride
dimeglumine dipropionate disodium disoproxil enantate enanthate erbumine esylate estolate
ethylsuccinate fumarate furoate gluconate hcl hemihydrate hydrobromide hydrochloride hyclate
lactate lactobionate lysine magnesium malate maleate medoxomil meglumine mesilate mesylate
monohydrate monohydrochloride mononitrate napsylate nitrate oxalate palmitate pamoate phosphate
pivoxil potassium propionate proxetil salicylate sodium stearate succinate sulfate sulphate
tartrate tosilate tosylate trihydrate trometamol tromethamine valerate xinafoate zinc
"""

_NOISE = """
a abuse actuat actuation actuations adult adults aerosol amp ampoule ampoules ampule ampules an
applicator as at auto autoinjector bag blister bottle breath brand buccal by caplet caplets cap
caps capsule capsules cartridge cd chewable chewing child children childrens chronotherapy coated
cr cream cutaneous daily day days delayed delivery deterrent device diskus disintegrating
dispersible dose doses dr drop drops drug dry ds ec effervescent elixir enema enteric er evohaler
ext extended extra eye ear fast film flexpen foam for forte g gastro gel generic granules gum h
handihaler hfa hour hours hr hrs hs implant in infant infants infusion inhalant inhalation inhaled
inhaler injectable injection injector intradermal intramuscular intranasal intrauterine
intravenous inj ir iu iv kg kit kwikpen l la liquid lotion lozenge lozenges m max maximum mcg mdi
meq metered mg microgram micrograms million min minute ml mmol mo modified mouth mouthwash mr
mucosal nasal nda ndc nebuliser nebulizer night odt of ointment on once only ophthalmic or oral
orally orodispersible otic oz pack paste patch patches pen per pessaries pessary pill pills po
porcine powder prefilled pre filled preservative free prn prolonged puff puffs recombinant rectal
redihaler release resistant respimat respules sachet sachets sc shampoo slow soft solostar
solution spray sprays sr strength subcutaneous sublingual suppositories suppository suspension
sustained syringe syrup system tab tablet tablets tabs tbsp the therapy topical transdermal tsp
tube turbohaler turbuhaler twice u ug unit units unt use vaginal vial vials water week weekly
weeks wk xl xr xt µg μg
"""

SALTS = frozenset(_SALTS.split())
NOISE = frozenset(_NOISE.split())
