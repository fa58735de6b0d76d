"""The areas of the United Kingdom's councils, by the names that people use for them.

A name of this list is one of a place however it is written; of other names only those with
capitals, in places of a sentence where nothing else can stand, are taken for one.
"""

from __future__ import annotations

from typing import Final

_ENGLAND = """
Barking and Dagenham|Barnet|Barnsley|Bath and North East Somerset|Bedford|Bexley|Birmingham
Blackburn with Darwen|Blackpool|Bolton|Bournemouth, Christchurch and Poole|Bracknell Forest|Bradford
Brent|Brighton and Hove|Bristol|Bromley|Buckinghamshire|Bury|Calderdale|Cambridgeshire|Camden
Central Bedfordshire|Cheshire East|Cheshire West and Chester|Cornwall|Coventry|Croydon|Cumberland
Darlington|Derby|Derbyshire|Devon|Doncaster|Dorset|Dudley|Durham|Ealing|East Riding of Yorkshire
East Sussex|Enfield|Essex|Gateshead|Gloucestershire|Greenwich|Hackney|Halton|Hammersmith and Fulham
Hampshire|Haringey|Harrow|Hartlepool|Havering|Herefordshire|Hertfordshire|Hillingdon|Hounslow
Isle of Wight|Isles of Scilly|Islington|Kensington and Chelsea|Kent|Kingston upon Hull|Hull
Kingston upon Thames|Kirklees|Knowsley|Lambeth|Lancashire|Leeds|Leicester|Leicestershire|Lewisham
Lincolnshire|Liverpool|Luton|Manchester|Medway|Merton|Middlesbrough|Milton Keynes
Newcastle upon Tyne|Newcastle|Newham|Norfolk|North East Lincolnshire|North Lincolnshire
North Northamptonshire
North Somerset|North Tyneside|North Yorkshire|Northumberland|Nottingham|Nottinghamshire|Oldham
Oxfordshire|Peterborough|Plymouth|Portsmouth|Reading|Redbridge|Redcar and Cleveland
Richmond upon Thames|Rochdale|Rotherham|Rutland|Salford|Sandwell|Sefton|Sheffield|Shropshire|Slough
Solihull|Somerset|South Gloucestershire|South Tyneside|Southampton|Southend-on-Sea|Southwark
St Helens|Staffordshire|Stockport|Stockton-on-Tees|Stoke-on-Trent|Suffolk|Sunderland|Surrey|Sutton
Swindon|Tameside|Telford and Wrekin|Thurrock|Torbay|Tower Hamlets|Trafford|Wakefield|Walsall
Waltham Forest|Wandsworth|Warrington|Warwickshire|West Berkshire|West Northamptonshire|West Sussex
Westminster|Westmorland and Furness|Wigan|Wiltshire|Windsor and Maidenhead|Wirral|Wokingham
Wolverhampton|Worcestershire|York
"""
_WALES = """
Anglesey|Blaenau Gwent|Bridgend|Caerphilly|Cardiff|Carmarthenshire|Ceredigion|Conwy|Denbighshire
Flintshire|Gwynedd|Merthyr Tydfil|Monmouthshire|Neath Port Talbot|Newport|Pembrokeshire|Powys
Rhondda Cynon Taf|Swansea|Torfaen|Vale of Glamorgan|Wrexham
"""
_SCOTLAND_AND_NORTHERN_IRELAND = """
Aberdeen|Aberdeenshire|Angus|Argyll and Bute|Clackmannanshire|Dumfries and Galloway|Dundee
East Ayrshire|East Dunbartonshire|East Lothian|East Renfrewshire|Edinburgh|Falkirk|Fife|Glasgow
Highland|Inverclyde|Midlothian|Moray|North Ayrshire|North Lanarkshire|Orkney|Perth and Kinross
Renfrewshire|Scottish Borders|Shetland|South Ayrshire|South Lanarkshire|Stirling|West Dunbartonshire
West Lothian|Belfast|Derry|Lisburn|Newry
"""

# These are words of the language too, and names only where they have their capital.
ALSO_WORDS: Final = frozenset(("reading", "bury", "hull", "slough", "highland"))
PLACES: Final = tuple(
    name
    for part in (_ENGLAND, _WALES, _SCOTLAND_AND_NORTHERN_IRELAND)
    for line in part.strip().splitlines()
    for name in line.split("|")
)
