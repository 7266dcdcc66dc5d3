-- Names: what children, parents and families are called, by origin, and what else they may be called.

-- Every list is dealt into the same number of slots, so that a name is found by an equality join
-- whatever the length of its list. Names come in the order of how common they are, and the first
-- have more slots than the last: `steepness` of 1 would give each the same. In these lists the most
-- common surname is that of one child in 120, and a third of all surnames are borne by next to nobody.
set variable name_slots = 4000;
set variable steepness = map {'surname': 1.6, 'girl': 1.2, 'boy': 1.2, 'woman': 1.2, 'man': 1.2};

-- surnames that are places: a long tail
set variable rare_surnames = (
    select list(stem || ending order by hash(stem || ending))
    from
        unnest([
            'Ash', 'Thorn', 'Hal', 'Whit', 'Brad', 'Black', 'Hather', 'Lang', 'Wood', 'Stan', 'Hol',
            'Nor', 'Sut', 'Wes', 'East', 'Kirk', 'Brock', 'Hart', 'Lin', 'Mar', 'Pen', 'Red', 'Row',
            'Sel', 'Ship', 'Staf', 'Thur', 'Wal', 'War', 'Win', 'Bur', 'Crom', 'Dun'
        ]) as stems(stem),
        unnest([
            'worth', 'ley', 'ton', 'field', 'well', 'den', 'ham', 'bury', 'by', 'combe', 'croft',
            'wick', 'cliffe', 'ford', 'gate', 'hurst', 'land', 'low', 'man', 'more', 'ridge', 'shaw',
            'stead', 'stock', 'stone', 'thorpe', 'wood', 'brook', 'bourne', 'holme'
        ]) as endings(ending)
    where right(stem, 1) <> left(ending, 1) and stem <> upper(left(ending, 1)) || substr(ending, 2)
);

create table names as
with
members(origin, kind, members) as (
    values
    ('british', 'girl', 'Olivia,Amelia,Isla,Ava,Lily,Freya,Florence,Ivy,Willow,Grace,Evie,Sophie,Poppy,Daisy,Charlotte,Emily,Ella,Rosie,Phoebe,Alice,Harriet,Martha,Zoë,Chloé,Siân,Niamh,Ffion,Lottie-Mae,Ruby-Rose,Ellie-Mae,Maisie,Erin,Holly,Lucy,Matilda,Nancy,Robyn,Scarlett,Thea,Violet,Imogen,Jessica,Abigail,Hannah,Megan,Katie,Beth,Orla,Mia,Sophia,Isabella,Elsie,Sienna,Emma,Eva,Ellie,Maya,Layla,Evelyn,Ada,Rose,Millie,Molly,Lola,Bella,Lottie,Anna,Amber,Eleanor,Elizabeth,Penelope,Luna,Maryam,Aria,Hallie,Mabel,Margot,Darcie,Penny,Edith,Esme,Clara,Heidi,Summer,Georgia,Lacey,Lexi,Libby,Leah,Caitlin,Bethany,Rebecca,Lauren,Chloe,Paige,Courtney,Jasmine,Madison,Brooke,Skye,Faith,Hope,Eliza,Iris,Julia,Julie,Laura,Lara,Lydia,Maddison,Madeleine,Melissa,Natasha,Natalie,Nicole,Rachel,Sara,Sarah,Zara,Tilly,Zoe,Aimee,Amy,Ayla,Beatrice,Bonnie,Carys,Catherine,Katherine,Cerys,Connie,Demi,Eden,Eloise,Elodie,Emilia,Evangeline,Felicity,Fern,Gabriella,Gracie,Hazel,Honey,Ivy-Rose,Josephine,Kayla,Keira,Kiera,Lyla,Lily-Rose,Lila,Mali,Marnie,Mollie,Nell,Olive,Orla-Mae,Ottilie,Primrose,Quinn,Rowan,Sadie,Sofia,Stella,Tabitha,Talia,Victoria,Winifred,Wren'),
    ('british', 'boy', 'Noah,Oliver,George,Arthur,Leo,Harry,Oscar,Archie,Henry,Theodore,Freddie,Jack,Charlie,Alfie,Jacob,Thomas,William,James,Joshua,Ethan,Finley,Albie,Reggie,Louie,Jude,Toby,Alexander,Edward,Isaac,Samuel,Benjamin,Daniel,Dylan,Rhys,Callum,Kieran,Jenson,Ralph,Rory,Tommy-Lee,Alfie-James,Zachary,Harvey,Owen,Michael,Luke,Ryan,Logan,Muhammad,Jake,Max,Mason,Lucas,Joseph,Tommy,Teddy,Albert,Louis,Lewis,Roman,Elijah,Hugo,Jaxon,Ezra,Frederick,Ronnie,Hunter,Hudson,Arlo,Dexter,Caleb,Gabriel,Harrison,Ellis,Elliott,Elliot,Stanley,Frankie,Bobby,Jesse,Felix,Ollie,Aaron,Adam,Aidan,Alex,Ashton,Austin,Bailey,Ben,Blake,Bradley,Brandon,Cameron,Carter,Charles,Christopher,Cody,Cole,Conor,Connor,Corey,David,Dominic,Edmund,Evan,Ewan,Euan,Fabian,Fraser,Gethin,Grayson,Gregory,Guy,Hamish,Hayden,Iestyn,Ivan,Jackson,Jason,Jay,Jayden,Jonah,Jonathan,Jordan,Josh,Julian,Kai,Kayden,Kian,Kyle,Lennon,Lenny,Leon,Liam,Lloyd,Matthew,Miles,Nathan,Nathaniel,Nicholas,Oakley,Otis,Otto,Patrick,Peter,Philip,Quentin,Reuben,Riley,Robert,Robin,Rowan,Rufus,Rupert,Sebastian,Sean,Seth,Sidney,Sonny,Spencer,Stephen,Tobias,Tom,Tristan,Tyler,Vincent,Will,Xavier,Zac'),
    ('british', 'woman', 'Sarah,Emma,Claire,Laura,Rebecca,Gemma,Rachel,Kelly,Victoria,Katherine,Lisa,Nicola,Michelle,Hayley,Amy,Jennifer,Louise,Hannah,Samantha,Stacey,Zoë,Charlotte,Leanne,Natalie,Kirsty,Joanne,Donna,Anna,Bethan,Siobhan,Mary-Jane,Lucy,Katie,Sophie,Danielle,Holly,Lindsay,Ruth,Helen,Jodie'),
    ('british', 'man', 'David,James,Andrew,Paul,Christopher,Mark,Matthew,Daniel,Richard,Stephen,Michael,Lee,Craig,Gareth,Adam,Thomas,Robert,Simon,Ben,Peter,Jonathan,Anthony,Stuart,Kevin,Martin,Ian,Neil,Philip,Luke,Ryan,Sean,Darren,Nathan,Scott,Carl,Dean,Edward,Alan,Graham,Rhodri'),
    ('british', 'surname', 'Smith,Jones,Taylor,Brown,Williams,Wilson,Johnson,Davies,Robinson,Wright,Thompson,Evans,Walker,White,Roberts,Green,Hall,Wood,Jackson,Clarke,Clark,Turner,Hill,Cooper,Ward,Morris,Moore,King,Watson,Harris,Baker,Harrison,Morgan,Patel-Wood,Allen,Mitchell,James,Scott,Phillips,Lee,Bennett,Parker,Cook,Shaw,Griffiths,Bailey,Young,Richardson,Cox,Collins,Marshall,Murray,Bell,Gray,Mills,Palmer,Barnes,Webb,Fletcher,Hunt,Holmes,Knight,Lloyd,Butler,Russell,Fisher,Barker,Stevens,Jenkins,Dixon,Harvey,Pearson,Graham,Fox,Rose,Chapman,Ellis,Foster,Hughes,Edwards,Thomas,Price,Powell,Carter,Simpson,Mason,Hunter,Adams,Gibson,Ford,Dawson,Grant,Burton,Lawson,Pickering,Featherstonehaugh,Ashworth,Braithwaite,Ramsbottom,Sutcliffe,Entwistle,Fairclough,Smith-Jones,Hart-Davies,Lloyd-Hughes,Garside,Tregenza,Penhaligon,Haworth,Oldroyd,Martin,Anderson,Miller,Davis,Stewart,Rogers,Ross,Reid,Murphy,Kelly,Wilkinson,Henderson,Hamilton,Robertson,Matthews,Stevenson,Hudson,Wallace,Reynolds,Mcdonald,Ryan,Sullivan,Porter,Fraser,Hart,Perry,Saunders,Armstrong,Hopkins,Bradley,Lane,Ferguson,Nicholson,Andrews,Cunningham,Brooks,Elliott,Elliot,Burns,Lawrence,Hayes,Berry,Wells,Newman,Rees,Bird,Willis,Goodwin,Parry,Atkinson,Walters,Bishop,Harding,Dean,Poole,Jennings,Carr,Watts,Kerr,Gardner,Gardiner,Wheeler,Hewitt,Black,Kirk,Francis,Sharp,Sharpe,Spencer,Stone,Coleman,Barrett,Chambers,Pritchard,Hicks,Bates,Yates,Field,Nash,Page,Paige,Warren,May,Osborne,Osbourne,Freeman,Peters,Gregory,Long,Austin,Lowe,Burgess,Barnett,Todd,Cross,Read,Reed,Woods,Howard,Sanders,Franklin,Booth,Riley,Curtis,Holland,Buckley,Cartwright,Frost,Hodgson,Hammond,Bowen,Savage,Bryant,Randall,Norris,Mann,Morton,Watkins,Haynes,Reeves,Ball,Barton,Godfrey,Rowe,Blake,Webster,Potter,Burke,Weston,Steele,Parkin,Parkinson,Marsh,Lucas,Miles,Ingram,Fuller,Sims,Moss,Nixon,Hancock,Vincent,Bond,Doyle,Dyer,Sinclair,Akers,Alderson,Appleby,Arkwright,Bagshaw,Bamford,Barraclough,Beaumont,Birch,Blackburn,Bottomley,Broadbent,Brearley,Butterworth,Cheetham,Clegg,Copley,Crabtree,Crowther,Dalton,Eastwood,Fawcett,Firth,Gaunt,Greenwood,Haigh,Hartley,Heaton,Hirst,Holroyd,Horsfall,Illingworth,Kershaw,Lumb,Midgley,Naylor,Ogden,Platt,Priestley,Rhodes,Schofield,Shackleton,Shepherd,Sheppard,Sykes,Thackray,Varley,Wadsworth,Whitehead,Womersley,Angove,Bolitho,Carne,Chegwin,Jago,Kitto,Nance,Pascoe,Penrose,Polglase,Trevithick,Macdonald,MacLeod,McKenzie,McIntyre,Cameron,Buchanan,Drummond,Urquhart,Llewellyn,Gwyn,Probert,Prosser,Tudor,Vaughan,Bevan,Maddox,Ap Rhys,Fox-Turner,Cole-Baker,Hughes-Price,Barker-Hill,Bell-Knight'),
    ('irish', 'girl', 'Aoife,Niamh,Saoirse,Caoimhe,Róisín,Éabha,Clodagh,Fiadh,Orla,Ciara,Sadhbh,Sorcha,Bláthnaid,Cara,Síofra,Muireann,Éire,Maeve,Méabh,Eimear,Shauna,Aisling,Bridget,Roisin,Aine'),
    ('irish', 'boy', 'Cillian,Oisín,Conor,Tadhg,Fionn,Seán,Eoin,Ruairí,Cormac,Declan,Darragh,Daragh,Rían,Senan,Donnacha,Fiachra,Cathal,Odhran,Liam,Aidan,Ronan,Shane,Kevin,Brendan,Patrick'),
    ('irish', 'woman', 'Sinéad,Gráinne,Aisling,Deirdre,Orlaith,Máire,Bríd,Fionnuala,Eimear,Nuala'),
    ('irish', 'man', 'Padraig,Ciarán,Diarmuid,Niall,Brendan,Eamonn,Séamus,Donal,Rory,Fergal'),
    ('irish', 'surname', 'O''Brien,O''Connor,O''Neill,O''Sullivan,Murphy,Kelly,Byrne,Ryan,Walsh,McCarthy,Gallagher,Doherty,Fitzgerald,Ní Dhomhnaill,O''Reilly,Doyle,Kennedy,Lynch,Murray,Quinn,Moore,McLoughlin,O''Carroll,Connolly,Daly,O''Connell,Wilson,Dunne,Brennan,Burke,Collins,Campbell,Clarke,Hughes,Farrell,O''Dowd,Brown,Martin,Maguire,Nolan,Flynn,Keane,O''Callaghan,Foley,Healy,Ó Briain,Mac Giolla'),
    ('polish', 'girl', 'Zuzanna,Julia,Zofia,Hanna,Maja,Lena,Oliwia,Alicja,Amelia,Antonina,Emilia,Gabriela,Helena,Iga,Jagoda,Kinga,Kornelia,Laura,Liliana,Łucja,Martyna,Michalina,Milena,Natalia,Nikola,Pola,Róża,Wiktoria,Weronika,Anna,Marta'),
    ('polish', 'boy', 'Jakub,Antoni,Szymon,Filip,Mikołaj,Kacper,Łukasz,Adam,Jan,Aleksander,Franciszek,Mateusz,Wojciech,Stanisław,Leon,Bartosz,Dawid,Dominik,Igor,Kamil,Karol,Krystian,Maksymilian,Marcel,Michał,Nikodem,Oskar,Patryk,Piotr,Tymon,Wiktor,Oliwier'),
    ('polish', 'woman', 'Agnieszka,Katarzyna,Małgorzata,Magdalena,Joanna,Monika,Ewa,Aleksandra'),
    ('polish', 'man', 'Piotr,Krzysztof,Tomasz,Marcin,Paweł,Michał,Łukasz,Grzegorz'),
    ('polish', 'surname', 'Nowak,Kowalczyk,Wiśniewska,Wójcik,Kamiński,Lewandowski,Zieliński,Szymańska,Woźniak,Dąbrowski,Jabłońska,Wiśniewski,Kowalski,Kowalska,Kamińska,Lewandowska,Zielińska,Szymański,Dąbrowska,Jabłoński,Mazur,Krawczyk,Piotrowski,Piotrowska,Grabowski,Pawłowski,Michalski,Król,Wieczorek,Jankowski,Wróbel,Stępień,Górski,Rutkowska,Sikora,Baran,Duda,Szewczyk,Tomaszewski,Pietrzak,Marciniak,Bąk,Włodarczyk,Kubiak,Wilk,Lis,Kaźmierczak'),
    ('pakistani', 'girl', 'Aisha,Fatima,Maryam,Zainab,Hafsa,Inaya,Noor,Amina,Sumayyah,Eshaal,Ayesha,Khadija,Hafsah,Zoya,Zahra,Iqra,Mariam,Safiya,Sana,Hiba,Anaya,Aliza,Areeba,Aamina,Rida,Laiba,Mahnoor,Minahil,Sara,Sarah,Zaynab,Hania,Eman,Iman,Alina,Amna,Haleema,Javeria,Kinza,Manahil,Nabeela,Rabia,Ruqayyah,Saira,Tayyiba,Umaimah,Yusra,Zunaira'),
    ('pakistani', 'boy', 'Muhammad,Ibrahim,Yusuf,Adam,Zakariya,Musa,Haider,Bilal,Rayyan,Ismail,Mohammed,Mohammad,Muhammed,Ahmed,Ali,Hamza,Hasan,Hassan,Hussain,Husnain,Umar,Omar,Usman,Abdullah,Abdul,Zain,Zayn,Ayaan,Eesa,Isa,Idris,Ilyas,Yahya,Yaqub,Zayd,Arham,Danyal,Faizan,Furqan,Hashim,Junaid,Khizar,Mikaeel,Qasim,Rehan,Saad,Sulaiman,Taha,Talha,Uzair,Younis'),
    ('pakistani', 'woman', 'Saima,Nazia,Shazia,Rukhsana,Sadia,Uzma,Samina,Farzana,Tahira,Nadia'),
    ('pakistani', 'man', 'Imran,Asif,Kashif,Tariq,Nadeem,Shahid,Waqas,Usman,Faisal,Zahid'),
    ('pakistani', 'surname', 'Khan,Hussain,Ahmed,Ali,Mahmood,Akhtar,Malik,Shah,Iqbal,Mirza,Chaudhry,Butt,Hussein,Ahmad,Mohammed,Mahmud,Rashid,Raja,Bhatti,Qureshi,Kiani,Sheikh,Shaikh,Siddiqui,Siddique,Javed,Aslam,Akram,Saleem,Nawaz,Sadiq,Younis,Yousaf,Zaman,Rafiq,Riaz,Anwar,Arshad,Ashraf,Aziz,Bashir,Farooq,Ghani,Hanif,Haq,Hayat,Ismail,Jabbar,Kausar,Latif,Majid,Nazir,Parveen,Bibi,Rehman,Sarwar,Shabir,Sharif,Tariq,Zafar'),
    ('bangladeshi', 'girl', 'Tasnim,Safa,Maliha,Ayesha,Nusrat,Samiha,Aisha,Fatimah,Maryam,Anisa,Humaira,Jannat,Maisha,Mahira,Nafisa,Raisa,Sadia,Sumaiya,Tahmina,Tasfia,Zara,Aaliyah,Fariha,Ishrat'),
    ('bangladeshi', 'boy', 'Tahmid,Rahim,Ayaan,Zayn,Nabil,Sami,Muhammad,Mohammed,Adnan,Arif,Fahim,Farhan,Ibrahim,Imran,Ishaq,Mahdi,Mahir,Rafi,Raihan,Rakib,Sakib,Shakil,Tanvir,Tawhid,Yusuf,Zakir'),
    ('bangladeshi', 'woman', 'Shirin,Nasima,Rehana,Salma,Taslima,Jahanara'),
    ('bangladeshi', 'man', 'Abdul,Kamal,Mizanur,Rafiqul,Shafiq,Jamal'),
    ('bangladeshi', 'surname', 'Begum,Miah,Uddin,Rahman,Islam,Choudhury,Khatun,Alam,Ali,Ahmed,Hussain,Hoque,Haque,Khan,Akhtar,Akter,Chowdhury,Chaudhury,Kabir,Karim,Mia,Hasan,Sarkar,Talukdar,Ullah,Bibi,Khanom,Khanam,Malik,Mahmud,Sultana,Nessa'),
    ('indian', 'girl', 'Anaya,Priya,Diya,Aarohi,Kavya,Meera,Simran,Jasleen,Aanya,Ananya,Anika,Avni,Ishani,Isha,Jiya,Kiara,Kiran,Mira,Myra,Navya,Nisha,Pari,Prisha,Riya,Saanvi,Sanvi,Shreya,Tara,Zara,Aaradhya,Amrit,Harleen,Manpreet,Navneet,Prabhjot,Roop,Sehaj,Gurleen'),
    ('indian', 'boy', 'Arjun,Aarav,Vihaan,Rohan,Krish,Dev,Gurpreet,Harjot,Aditya,Advait,Aryan,Atharv,Ayush,Dhruv,Hari,Ishaan,Jai,Karan,Kabir,Krishna,Manav,Neel,Nikhil,Om,Pranav,Rahul,Reyansh,Rishi,Rudra,Sai,Shaan,Shiv,Veer,Ved,Vivaan,Amar,Baljit,Fateh,Manjot,Prabhdeep'),
    ('indian', 'woman', 'Deepa,Sunita,Pooja,Anjali,Kavita,Harpreet,Manjit,Lakshmi'),
    ('indian', 'man', 'Rajesh,Sanjay,Vikram,Amit,Harjit,Suresh,Nikhil,Balvinder'),
    ('indian', 'surname', 'Patel,Singh,Kaur,Sharma,Shah,Gupta,Reddy,Nair,D''Souza,Desai,Gill,Sandhu,Mistry,Parmar,Chauhan,Solanki,Joshi,Mehta,Bhatt,Pandya,Trivedi,Modi,Amin,Thakkar,Rao,Kumar,Iyer,Menon,Pillai,Varma,Verma,Chopra,Kapoor,Malhotra,Dhillon,Grewal,Sidhu,Bains,Johal,Dhaliwal,Virk,Atwal,Bhogal,Rai,Fernandes,D''Silva,Pereira,Chatterjee,Banerjee,Das,Dutta,Ghosh'),
    ('african', 'girl', 'Adaeze,Temitope,Abena,Chiamaka,Efua,Thandiwe,Amara,N''Deye,Ada,Ayomide,Blessing,Deborah,Esi,Esther,Ewa,Favour,Fatou,Funmilayo,Hodan,Ifeoma,Itunu,Kemi,Khadra,Makena,Nana,Ngozi,Nkechi,Oluwadamilola,Precious,Rutendo,Sagal,Tadiwa,Tiwa,Wanjiru,Yewande,Zainab,Zola'),
    ('african', 'boy', 'Tobi,Kwame,Chidi,Kofi,Emeka,Tendai,Oluwaseun,Yaw,Abdi,Ayo,Ayomide,Chinedu,Daniel,David,Ebuka,Emmanuel,Ezekiel,Farai,Femi,Ifeanyi,Ismail,Joshua,Kelechi,Kojo,Kwabena,Liban,Michael,Nana,Oluwadarasimi,Osagie,Samuel,Segun,Tunde,Uche,Zion,N''Golo'),
    ('african', 'woman', 'Ngozi,Folake,Akosua,Blessing,Grace,Chioma,Yetunde,Rudo'),
    ('african', 'man', 'Emmanuel,Babatunde,Kwabena,Samuel,Ifeanyi,Tunde,Farai,Joseph'),
    ('african', 'surname', 'Okafor,Adeyemi,Mensah,Boateng,Okonkwo,Moyo,N''Diaye,Owusu,Eze,Abdi,Olawale-Cole,Asante,Adebayo,Adeleke,Adeola,Afolabi,Agyeman,Ahmed,Ajayi,Akinola,Ali,Amoah,Ansah,Antwi,Appiah,Ayodele,Balogun,Bangura,Bello,Chukwu,Conteh,Danso,Diallo,Dlamini,Frimpong,Hassan,Ibrahim,Igwe,Kamara,Kariuki,Koroma,Mohamed,Mutasa,Ncube,Ndlovu,Nkrumah,Nwosu,Obi,Ogunleye,Okoro,Oladipo,Omar,Osei,Oyelaran,Sesay,Sibanda,Tetteh,Warsame,Yeboah,Yusuf,Bello-Osagie'),
    ('caribbean', 'girl', 'Shanice,Naomi,Tiana,Alicia,Renée,Keisha,Aaliyah,Amara,Brianna,Destiny,Jada,Janelle,Kiara,Leticia,Maya,Nevaeh,Nia,Rihanna,Sade,Savannah,Tianna,Zaria'),
    ('caribbean', 'boy', 'Tyrell,Jayden,Marlon,Isaiah,Kymani,Dre,Aaron,Andre,Caleb,Dante,Elijah,Jaden,Jerome,Jermaine,Josiah,Kai,Malachi,Micah,Nathaniel,Rashaun,Reuben,Tyrese,Zion'),
    ('caribbean', 'woman', 'Sharon,Marcia,Yvonne,Simone,Chantelle,Paulette'),
    ('caribbean', 'man', 'Winston,Leroy,Marcus,Desmond,Curtis,Devon'),
    ('caribbean', 'surname', 'Campbell,Francis,Gordon,Henry,Joseph,Lewis,Charles,Baptiste,St. Clair,Bailey,Barrett,Bennett,Brown,Clarke,Daley,Edwards,Ferguson,Grant,Green,Hylton,James,Johnson,McFarlane,McKenzie,Morgan,Morrison,Palmer,Pinnock,Powell,Reid,Richards,Samuels,Simpson,Stewart,Thompson,Walters,Watson,Williams,Wright,St. Hilaire'),
    ('chinese', 'girl', 'Mei,Xinyi,Jia,Yuki,Lian,An-Ni,Yuxin,Yi,Wen,Ling,Hui,Yan,Xin,Yating,Chloe,Emily,Grace,Jessica,Sze-Yan,Hoi-Ching,Ka-Yan,Zihan'),
    ('chinese', 'boy', 'Wei,Jun,Haoran,Ming,Kai,Zihan,Yichen,Zihao,Haoyu,Yu,Tian,Lok,Ethan,Jason,Lucas,Ryan,Chun-Hei,Ho-Yin,Tsz-Hin,Ka-Ho,Zhi,Xiang'),
    ('chinese', 'woman', 'Li,Xia,Fang,Yan,Hui,Ying'),
    ('chinese', 'man', 'Jian,Bo,Feng,Tao,Lei,Qiang'),
    ('chinese', 'surname', 'Wong,Chan,Li,Chen,Zhang,Wang,Lam,Ng,Liu,Huang,Wu,Zhou,Xu,Sun,Ma,Zhu,Lin,Guo,He,Gao,Luo,Cheung,Leung,Lau,Ho,Cheng,Tang,Yip,Kwok,Tsang,Tse,Yeung,Chow,Fung,Lai,Mak'),
    ('arab', 'girl', 'Layla,Yasmin,Salma,Hala,Rania,Lina,Aya,Dana,Farah,Jana,Jood,Judy,Lamar,Malak,Maryam,Mays,Nour,Noor,Reem,Rima,Sara,Shahd,Sham,Tala,Zeina,Zaina'),
    ('arab', 'boy', 'Omar,Karim,Tariq,Hamza,Youssef,Khalid,Adam,Ahmad,Ali,Amir,Ayham,Bilal,Faris,Hassan,Ibrahim,Jad,Laith,Mahmoud,Majd,Mohammad,Mustafa,Rami,Rayan,Saif,Taim,Yazan,Zaid'),
    ('arab', 'woman', 'Huda,Samira,Leila,Rasha,Amal,Dina'),
    ('arab', 'man', 'Ahmad,Mustafa,Hassan,Samir,Nabil,Rashid'),
    ('arab', 'surname', 'Al-Hassan,Haddad,Mansour,El-Sayed,Ibrahim,Nasser,Al-Masri,Khoury,Saleh,Saeed,Said,Hussein,Abbas,Hamdan,Hamid,Khalil,Khalaf,Qasim,Kassem,Darwish,Issa,Al-Ali,Al-Khatib,Al-Jabouri,El-Masry,Farah,Ghanem,Najjar,Othman,Rahal,Sabbagh,Shami,Taha,Yousef,Zaki'),
    ('european', 'girl', 'Inês,Sofia,Chloé,Beatriz,Élodie,Andreea,Maria,Leonor,Matilde,Carolina,Ana,Mariana,Elena,Ioana,Alexandra,Daria,Giulia,Aurora,Lucía,Martina,Camille,Léa,Manon,Zoé,Amélie,Lena,Ieva,Gabija,Viktória,Petra,Zsófia'),
    ('european', 'boy', 'João,Luís,Mathéo,André,Matteo,Ștefan,Rodrigo,Tiago,Gonçalo,Martim,Miguel,Andrei,Alexandru,David,Luca,Leonardo,Lorenzo,Alejandro,Hugo,Pablo,Lucas,Louis,Jules,Noé,Felix,Jonas,Lukas,Matas,Márk,Tomáš,Jakub'),
    ('european', 'woman', 'María José,Conceição,Françoise,Giulia,Ioana,Beatrice'),
    ('european', 'man', 'José,François,Marco,Andrei,Günther,Tiago'),
    ('european', 'surname', 'da Silva,Fernandes,Popescu,García,Müller,Rossi,Gonçalves,Dubois,Ionescu,de Souza,Silva,Santos,Ferreira,Pereira,Oliveira,Costa,Rodrigues,Martins,Sousa,Gonzalez,González,Fernández,López,Martínez,Sánchez,Russo,Ferrari,Bianchi,Romano,Colombo,Popa,Radu,Stan,Dumitru,Munteanu,Stoica,Martin,Bernard,Lefèvre,Moreau,Girard,Schmidt,Schneider,Fischer,Weber,Kovács,Nagy,Novák,Horváth,Petrov,Ivanova,Georgiou,van den Berg,de Vries,dos Santos,Pérez-Ruiz')
),
ranked as (
    select
        origin || '_' || kind as list,
        kind,
        if(
            origin = 'british' and kind = 'surname',
            string_split(members, ',') || getvariable('rare_surnames'),
            string_split(members, ',')
        ) as ranked
    from members
),
dealt as (
    select
        list,
        ranked,
        slot,
        floor(
            len(ranked)
            * pow((slot + 0.5) / getvariable('name_slots'), getvariable('steepness')[kind])
        )::integer as place
    from ranked, range(getvariable('name_slots')) as slots(slot)
)
select
    list,
    slot,
    ranked[1 + place] as value,
    -- for a brother or sister, who is not called the same
    ranked[1 + (place + 1) % len(ranked)] as another
from dealt;

-- what people call a child, and what the register has
create table nicknames as
from (
    values
    ('Thomas', 'Tom'), ('Thomas', 'Tommy'), ('Oliver', 'Olly'), ('Oliver', 'Ollie'), ('William', 'Will'),
    ('William', 'Billy'), ('James', 'Jamie'), ('James', 'Jim'), ('Joshua', 'Josh'), ('Samuel', 'Sam'),
    ('Benjamin', 'Ben'), ('Benjamin', 'Benji'), ('Daniel', 'Danny'), ('Daniel', 'Dan'),
    ('Alexander', 'Alex'), ('Alexander', 'Sandy'), ('Edward', 'Teddy'), ('Edward', 'Eddie'),
    ('Theodore', 'Theo'), ('Theodore', 'Teddy'), ('Zachary', 'Zac'), ('Zachary', 'Zack'),
    ('Charlotte', 'Lottie'), ('Charlotte', 'Charlie'), ('Isla', 'Izzy'), ('Emily', 'Em'),
    ('Abigail', 'Abi'), ('Jessica', 'Jess'), ('Jessica', 'Jessie'), ('Megan', 'Meg'),
    ('Katherine', 'Katie'), ('Katherine', 'Kate'), ('Catherine', 'Cath'), ('Matilda', 'Tilly'),
    ('Florence', 'Flo'), ('Florence', 'Flossie'), ('Harriet', 'Hattie'), ('Amelia', 'Millie'),
    ('Amelia', 'Mimi'), ('Olivia', 'Liv'), ('Olivia', 'Livvy'), ('Muhammad', 'Mo'), ('Mohammed', 'Mo'),
    ('Yusuf', 'Yousef'), ('Michael', 'Mikey'), ('Michael', 'Mike'), ('Henry', 'Harry'), ('Harold', 'Harry'),
    ('Oscar', 'Ozzy'), ('Frederick', 'Freddie'), ('Frederick', 'Fred'), ('Archibald', 'Archie'),
    ('Alfred', 'Alfie'), ('Elizabeth', 'Lizzie'), ('Elizabeth', 'Beth'), ('Elizabeth', 'Betsy'),
    ('Eleanor', 'Ellie'), ('Eleanor', 'Nell'), ('Isabella', 'Izzy'), ('Isabella', 'Bella'),
    ('Arthur', 'Art'), ('Albert', 'Albie'), ('Albert', 'Bertie'), ('Reginald', 'Reggie'), ('Jacob', 'Jake'),
    ('Joseph', 'Joe'), ('Joseph', 'Joey'), ('Nathaniel', 'Nate'), ('Nathan', 'Nate'), ('Nicholas', 'Nick'),
    ('Christopher', 'Chris'), ('Matthew', 'Matt'), ('Robert', 'Bobby'), ('Robert', 'Rob'),
    ('Stephen', 'Steve'), ('Anthony', 'Tony'), ('Patrick', 'Paddy'), ('Charles', 'Charlie'),
    ('George', 'Georgie'), ('Louis', 'Lou'), ('Francis', 'Frankie'), ('Ronald', 'Ronnie'),
    ('Leonard', 'Lenny'), ('Leonard', 'Leo'), ('Sebastian', 'Seb'), ('Dominic', 'Dom'),
    ('Jonathan', 'Jonny'), ('Cameron', 'Cam'), ('Gabriel', 'Gabe'), ('Gabriella', 'Gabby'),
    ('Madeleine', 'Maddie'), ('Maddison', 'Maddie'), ('Madison', 'Maddie'), ('Rebecca', 'Becky'),
    ('Bethany', 'Beth'), ('Natasha', 'Tasha'), ('Victoria', 'Vicky'), ('Penelope', 'Penny'),
    ('Susannah', 'Susie'), ('Josephine', 'Josie'), ('Philippa', 'Pippa'), ('Felicity', 'Fliss'),
    ('Jasmine', 'Jas'), ('Georgia', 'George'), ('Rosemary', 'Rosie'), ('Rose', 'Rosie'),
    ('Margaret', 'Maggie'), ('Beatrice', 'Bea'), ('Winifred', 'Winnie'), ('Tabitha', 'Tabby'),
    ('Evangeline', 'Evie'), ('Evelyn', 'Evie'), ('Evelyn', 'Eve'), ('Lillian', 'Lily'),
    ('Millicent', 'Millie'), ('Imogen', 'Immy'), ('Lauren', 'Loz'), ('Rachel', 'Rach'),
    ('Zuzanna', 'Zuzia'), ('Jakub', 'Kuba'), ('Aleksander', 'Olek'), ('Franciszek', 'Franek'),
    ('Stanisław', 'Staś'), ('Zofia', 'Zosia'), ('Małgorzata', 'Gosia'), ('Katarzyna', 'Kasia'),
    ('Temitope', 'Temi'), ('Oluwaseun', 'Seun'), ('Ayomide', 'Ayo'), ('Emmanuel', 'Manny'),
    ('Ezekiel', 'Zeke'), ('Oluwadamilola', 'Dami'), ('Abdullah', 'Abdul'), ('Ibrahim', 'Ibby'),
    ('Sulaiman', 'Suli'), ('Khadija', 'Dija'), ('Saoirse', 'Sersh'), ('Caoimhe', 'Keeva'),
    ('Niamh', 'Neve'), ('Tadhg', 'Tim'), ('Gurpreet', 'Gopi'), ('Harpreet', 'Happy')
) as nicknames(formal, familiar);

-- names that are one name, written in two ways
create table spellings as
from (
    values
    ('Muhammad', 'Mohammed'), ('Muhammad', 'Mohammad'), ('Mohammed', 'Mohamed'), ('Ahmed', 'Ahmad'),
    ('Yusuf', 'Yousuf'), ('Hussain', 'Hussein'), ('Maryam', 'Mariam'), ('Fatima', 'Fatimah'),
    ('Hafsa', 'Hafsah'), ('Zainab', 'Zaynab'), ('Aisha', 'Ayesha'), ('Noor', 'Nour'), ('Sophia', 'Sofia'),
    ('Sophie', 'Sofie'), ('Isabella', 'Izabella'), ('Sara', 'Sarah'), ('Hannah', 'Hanna'),
    ('Zoë', 'Zoey'), ('Chloé', 'Khloe'), ('Katherine', 'Catherine'), ('Kiera', 'Keira'), ('Niamh', 'Neve'),
    ('Caitlin', 'Katelyn'), ('Aimee', 'Amy'), ('Leah', 'Lea'), ('Eloise', 'Heloise'), ('Isla', 'Ayla'),
    ('Phoebe', 'Pheobe'), ('Erin', 'Eryn'), ('Abigail', 'Abigayle'), ('Siân', 'Shan'), ('Megan', 'Meghan'),
    ('Conor', 'Connor'), ('Darragh', 'Daragh'), ('Elliot', 'Elliott'), ('Jackson', 'Jaxon'),
    ('Jayden', 'Jaden'), ('Aidan', 'Aiden'), ('Callum', 'Calum'), ('Lewis', 'Louis'), ('Rhys', 'Reece'),
    ('Dylan', 'Dillon'), ('Finley', 'Finlay'), ('Jacob', 'Jakob'), ('Zachary', 'Zachery'),
    ('Stephen', 'Steven'), ('Philip', 'Phillip'), ('Nathaniel', 'Nathanial'), ('Seán', 'Shaun'),
    ('Eoin', 'Owen'), ('Rory', 'Ruairí'), ('Jude', 'Judah'), ('Isaac', 'Issac'), ('Oliver', 'Olivier')
) as spellings(name, other);

-- what else a child may be called or written who is called this, either way round
create table called as
select
    name,
    how,
    list(other order by other) as others
from (
    select formal as name, familiar as other, 'nickname' as how from nicknames
    union all
    select familiar as name, formal as other, 'nickname' as how from nicknames
    union all
    select name, other, 'other spelling' as how from spellings
    union all
    select other as name, name as other, 'other spelling' as how from spellings
)
group by all;

-- names that brothers and sisters have: so near that a typing error might make the one the other
create table alike as
from (
    values
    ('Ella', 'Ellie'), ('Ella', 'Bella'), ('Jack', 'Jake'), ('Amelia', 'Emilia'), ('Ava', 'Eva'),
    ('Ava', 'Ada'), ('Lily', 'Lila'), ('Lily', 'Libby'), ('Lily', 'Millie'), ('Isla', 'Ayla'),
    ('Maya', 'Mia'), ('Layla', 'Lyla'), ('Sophie', 'Sophia'), ('Zara', 'Sara'),
    ('Anna', 'Hannah'), ('Molly', 'Millie'), ('Molly', 'Polly'), ('Evie', 'Ivy'),
    ('Poppy', 'Penny'), ('Grace', 'Gracie'), ('Emily', 'Emilia'), ('Emma', 'Ella'), ('Lola', 'Lila'),
    ('Keira', 'Kiera'), ('Kayla', 'Keira'), ('Julia', 'Julie'), ('Freya', 'Fern'),
    ('Rose', 'Rosie'), ('Martha', 'Matilda'), ('Harriet', 'Hattie'), ('Alice', 'Aimee'),
    ('Lauren', 'Laura'), ('Lara', 'Laura'), ('Holly', 'Honey'), ('Daisy', 'Maisie'),
    ('Jessica', 'Josephine'), ('Elsie', 'Elise'), ('Elodie', 'Eloise'), ('Florence', 'Flora'),
    ('Charlotte', 'Carla'), ('Olivia', 'Olive'), ('Willow', 'Winnie'), ('Phoebe', 'Phebe'),
    ('Megan', 'Morgan'), ('Scarlett', 'Skye'), ('Imogen', 'Iris'), ('Noah', 'Jonah'),
    ('Noah', 'Noel'), ('Oliver', 'Oscar'), ('George', 'Georgie'), ('Arthur', 'Albert'), ('Leo', 'Leon'),
    ('Leo', 'Theo'), ('Harry', 'Harvey'), ('Harry', 'Harley'), ('Archie', 'Alfie'), ('Alfie', 'Albie'),
    ('Henry', 'Hector'), ('Freddie', 'Teddy'), ('Charlie', 'Harley'),
    ('Jacob', 'Joseph'), ('Thomas', 'Tobias'), ('William', 'Wilfred'), ('James', 'Jamie'),
    ('Joshua', 'Joseph'), ('Ethan', 'Nathan'), ('Ethan', 'Evan'), ('Finley', 'Fin'),
    ('Reggie', 'Ronnie'), ('Louie', 'Louis'), ('Toby', 'Tommy'), ('Isaac', 'Isaiah'),
    ('Samuel', 'Samson'), ('Benjamin', 'Bradley'), ('Daniel', 'Nathaniel'), ('Daniel', 'David'),
    ('Dylan', 'Ryan'), ('Callum', 'Cameron'), ('Kieran', 'Kian'), ('Jenson', 'Jackson'),
    ('Ryan', 'Bryan'), ('Logan', 'Lennon'), ('Luke', 'Lucas'), ('Max', 'Mason'),
    ('Aaron', 'Adam'), ('Aidan', 'Hayden'), ('Jayden', 'Kayden'), ('Jayden', 'Hayden'),
    ('Liam', 'Leon'), ('Elliot', 'Ellis'), ('Michael', 'Mitchell'), ('Owen', 'Ewan'),
    ('Aoife', 'Eabha'), ('Niamh', 'Neave'), ('Saoirse', 'Sorcha'), ('Caoimhe', 'Clodagh'),
    ('Cillian', 'Cian'), ('Oisín', 'Eoin'), ('Zuzanna', 'Zofia'), ('Hanna', 'Anna'),
    ('Maja', 'Maria'), ('Lena', 'Helena'), ('Jakub', 'Jan'), ('Antoni', 'Anton'), ('Filip', 'Felix'),
    ('Kacper', 'Kamil'), ('Aisha', 'Asiya'),
    ('Zainab', 'Zahra'),
    ('Inaya', 'Anaya'), ('Amina', 'Amna'), ('Iman', 'Eman'),
    ('Muhammad', 'Ahmad'), ('Ibrahim', 'Ismail'), ('Yusuf', 'Younis'),
    ('Musa', 'Isa'), ('Hasan', 'Hussain'), ('Hassan', 'Hussain'), ('Hamza', 'Hamzah'), ('Umar', 'Omar'),
    ('Zain', 'Zayd'), ('Zayn', 'Zayd'), ('Rayyan', 'Rehan'), ('Tahmid', 'Tanvir'), ('Anaya', 'Ananya'),
    ('Diya', 'Jiya'), ('Meera', 'Mira'), ('Riya', 'Priya'), ('Arjun', 'Aryan'), ('Aarav', 'Aryan'),
    ('Rohan', 'Rahul'), ('Gurpreet', 'Manpreet'), ('Chidi', 'Chinedu'), ('Kwame', 'Kofi'), ('Kofi', 'Kojo'),
    ('Tobi', 'Toba'), ('Taiwo', 'Kehinde'), ('Abena', 'Akosua'), ('Tiana', 'Tianna'),
    ('Naomi', 'Nia'), ('Mei', 'Mei-Mei'), ('Xinyi', 'Xin'), ('Jia', 'Jiayi'), ('Haoran', 'Haoyu'),
    ('Zihan', 'Zihao'), ('Layla', 'Leila'), ('Rania', 'Rima'), ('Lina', 'Lana'), ('Omar', 'Amir'),
    ('Hamza', 'Hamid'), ('Karim', 'Karam'), ('Sofia', 'Sonia'), ('Inês', 'Iris'), ('João', 'Jorge'),
    ('Luís', 'Luca'), ('Matteo', 'Marco'), ('André', 'Andrei')
) as alike(name, other);

create table near_names as
with
listed as (
    select distinct list, value as name
    from names
    where list like '%\_girl' escape '\' or list like '%\_boy' escape '\'
),
near as (
    select name, other from alike
    union
    select other as name, name as other from alike
    union
    select listed.name, others.name as other
    from listed
    join listed as others
        on others.list = listed.list
        and left(others.name, 1) = left(listed.name, 1)
        and others.name <> listed.name
        and len(listed.name) > 3
        and damerau_levenshtein(listed.name, others.name) <= 2
)
select
    name,
    list(other order by other) as others
from near
where not exists (
    -- nobody is called the same as their twin
    from called
    where called.name = near.name and list_contains(called.others, near.other)
)
-- nor but for an accent
and strip_accents(near.name) <> strip_accents(near.other)
group by name;
