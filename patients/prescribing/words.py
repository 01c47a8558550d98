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
applicator apply as at auto autoinjector bag bedtime blister bottle brand breath buccal by cap
caplet caplets caps capsule capsules cartridge cd chewable chewing child children childrens
chronotherapy coated cr cream cutaneous daily day days delayed delivery deterrent device
disintegrating diskus dispersible dose doses dosing dr drop drops drug dry ds each ear ec
effervescent elixir enema enteric er evening every evohaler ext extended extra eye fast filled
film flexpen foam for forte free g gastro gel generic give granules gum h handihaler hfa hour
hours hr hrs hs if implant in infant infants infusion inh inhalant inhalation inhale inhaled
inhaler inj inject injectable injection injector intradermal intramuscular intranasal intrauterine
intravenous ir iu iv kg kit kwikpen l la liquid lotion lozenge lozenges m max maximum mcg mdi meq
metered mg microgram micrograms million min minute mist ml mmol mo modified morning mouth
mouthwash mr mucosal nasal nda ndc neb nebs nebuliser nebulizer needed night nightly noon odt of
ointment on once only ophthalmic or oral orally orodispersible otic oz pack paste patch patches
pen per pessaries pessary pill pills po porcine powder pre prefilled preservative prn prolonged
puff puffs recombinant rectal redihaler refill refills release resistant respimat respules sachet
sachets sc shampoo slow soft sol solostar solution spray sprays sr strength subcutaneous
sublingual supp suppositories suppository susp suspension sustained syringe syrup system tab
tablet tablets tabs take tbl tbsp the therapy time times topical transdermal tsp tube turbohaler
turbuhaler twice u ug unit units unt use vaginal vial vials water week weekly weeks when wk x xl
xr xt µg μg
"""

SALTS = frozenset(_SALTS.split())
NOISE = frozenset(_NOISE.split())
