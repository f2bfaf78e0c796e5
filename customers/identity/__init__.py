"""What a person says of themselves, checked against what can be known without asking anybody.

Pure functions over dated data: no database, no network, no clock (the day is an argument).

    findings      what a check has found: code, field, severity, a sentence that says why
    person        who somebody says they are, and every check of it at once
    places        comuni and states with their dates, by code and by name; provinces, postal_codes
    tax_code      the codice fiscale: checked, read, computed; agreement: compared with the person
    residence     comune, province and CAP against each other
    id_documents  kinds, numbers, issuers and dates of ID documents; mrz, mrz_agreement: their machine-readable lines
    contact_use   whether a mobile or an e-mail belongs to somebody else's tax code
    forms         findings beside the fields of a form, warnings confirmed with a reason

An *error* is said only of what cannot be right whatever the papers say. Two facts that disagree are a *warning*:
sex is rectified, names change, registers err, and the person confirms it with a reason.
"""
