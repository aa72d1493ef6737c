-- What the shop knows before it has customers: countries, names, cities, products, a calendar of busy days, campaigns.
CREATE TEMP TABLE country AS
SELECT * FROM (VALUES
    (0, 'US', 'United States', 26, 'USD', 'en-US', '+1'),
    (1, 'GB', 'United Kingdom', 14, 'GBP', 'en-GB', '+44'),
    (2, 'DE', 'Deutschland', 12, 'EUR', 'de-DE', '+49'),
    (3, 'FR', 'France', 8, 'EUR', 'fr-FR', '+33'),
    (4, 'ES', 'España', 7, 'EUR', 'es-ES', '+34'),
    (5, 'BR', 'Brasil', 7, 'USD', 'pt-BR', '+55'),
    (6, 'JP', '日本', 7, 'USD', 'ja-JP', '+81'),
    (7, 'IN', 'भारत', 6, 'USD', 'hi-IN', '+91'),
    (8, 'PL', 'Polska', 5, 'EUR', 'pl-PL', '+48'),
    (9, 'IE', 'Ireland', 4, 'EUR', 'en-IE', '+353'),
    (10, 'GR', 'Ελλάδα', 2, 'EUR', 'el-GR', '+30'),
    (11, 'EG', 'مصر', 2, 'USD', 'ar-EG', '+20')
) AS t (country_no, code, country_name, weight, currency, language, phone_prefix);

-- each name as its owner writes it, and in the plain letters of a till or an e-mail address; even numbers are women's
CREATE TEMP TABLE given AS
WITH listed (country_no, names) AS (VALUES
    (0, [['Olivia', 'olivia'], ['William "Bill"', 'bill'], ['Sophia', 'sophia'], ['D''Andre', 'dandre'],
         ['Mary-Kate', 'marykate'], ['James', 'james'], ['Nevaeh', 'nevaeh'], ['José', 'jose']]),
    (1, [['Amelia', 'amelia'], ['Oliver', 'oliver'], ['Siân', 'sian'], ['Rhys', 'rhys'],
         ['Zoë', 'zoe'], ['Mohammed', 'mohammed'], ['Isla', 'isla'], ['Callum', 'callum']]),
    (2, [['Anna', 'anna'], ['Jürgen', 'juergen'], ['Käthe', 'kaethe'], ['Björn', 'bjoern'],
         ['Leonie', 'leonie'], ['Jörg', 'joerg'], ['Änne', 'aenne'], ['Paul', 'paul']]),
    (3, [['Chloé', 'chloe'], ['Loïc', 'loic'], ['Anaïs', 'anais'], ['Jérôme', 'jerome'],
         ['Inès', 'ines'], ['Hugo', 'hugo'], ['Maëlle', 'maelle'], ['Jean-François', 'jeanfrancois']]),
    (4, [['Lucía', 'lucia'], ['Íñigo', 'inigo'], ['Begoña', 'begona'], ['Martín', 'martin'],
         ['María José', 'mariajose'], ['Álvaro', 'alvaro'], ['Sofía', 'sofia'], ['Jesús', 'jesus']]),
    (5, [['Júlia', 'julia'], ['João', 'joao'], ['Conceição', 'conceicao'], ['Antônio', 'antonio'],
         ['Luíza', 'luiza'], ['Caio', 'caio'], ['Helena', 'helena'], ['Estêvão', 'estevao']]),
    (6, [['陽菜', 'hina'], ['大翔', 'hiroto'], ['さくら', 'sakura'], ['蓮', 'ren'],
         ['結衣', 'yui'], ['健太', 'kenta'], ['美咲', 'misaki'], ['悠真', 'yuma']]),
    (7, [['प्रिया', 'priya'], ['आरव', 'aarav'], ['अनन्या', 'ananya'], ['विवान', 'vivaan'],
         ['दिव्या', 'divya'], ['अर्जुन', 'arjun'], ['काव्या', 'kavya'], ['रोहन', 'rohan']]),
    (8, [['Zofia', 'zofia'], ['Łukasz', 'lukasz'], ['Małgorzata', 'malgorzata'], ['Michał', 'michal'],
         ['Żaneta', 'zaneta'], ['Paweł', 'pawel'], ['Agnieszka', 'agnieszka'], ['Stanisław', 'stanislaw']]),
    (9, [['Aoife', 'aoife'], ['Pádraig', 'padraig'], ['Róisín', 'roisin'], ['Seán', 'sean'],
         ['Niamh', 'niamh'], ['Ciarán', 'ciaran'], ['Sadhbh', 'sadhbh'], ['Oisín', 'oisin']]),
    (10, [['Μαρία', 'maria'], ['Γιώργος', 'giorgos'], ['Ελένη', 'eleni'], ['Νίκος', 'nikos'],
          ['Κατερίνα', 'katerina'], ['Δημήτρης', 'dimitris'], ['Σοφία', 'sofia'], ['Κώστας', 'kostas']]),
    (11, [['فاطمة', 'fatma'], ['محمد', 'mohamed'], ['مريم', 'mariam'], ['أحمد', 'ahmed'],
          ['نور', 'nour'], ['عمر', 'omar'], ['سلمى', 'salma'], ['يوسف', 'youssef']])
)
SELECT country_no, unnest(range(len(names))) AS given_no, unnest(names)[1] AS given_name, unnest(names)[2] AS given_latin
FROM listed;

CREATE TEMP TABLE family AS
WITH listed (country_no, names) AS (VALUES
    (0, [['Smith', 'smith'], ['O''Neill', 'oneill'], ['Johnson', 'johnson'], ['D''Angelo', 'dangelo'],
         ['Nguyễn', 'nguyen'], ['García-López', 'garcialopez'], ['Washington', 'washington'], ['St. John', 'stjohn']]),
    (1, [['Jones', 'jones'], ['Taylor', 'taylor'], ['ap Llywelyn', 'apllywelyn'], ['Khan', 'khan'],
         ['McDonald', 'mcdonald'], ['Fotheringham-Smythe', 'fotheringhamsmythe'], ['Patel', 'patel'], ['Evans', 'evans']]),
    (2, [['Müller', 'mueller'], ['Groß', 'gross'], ['Schäfer', 'schaefer'], ['von der Leyen-Öhm', 'vonderleyenoehm'],
         ['Yılmaz', 'yilmaz'], ['Köhler', 'koehler'], ['Becker', 'becker'], ['Weiß', 'weiss']]),
    (3, [['L''Hôpital', 'lhopital'], ['Lefèvre', 'lefevre'], ['d''Aboville', 'daboville'], ['Martin', 'martin'],
         ['François', 'francois'], ['Bénard', 'benard'], ['Œillet', 'oeillet'], ['Dubois', 'dubois']]),
    (4, [['Muñoz', 'munoz'], ['García', 'garcia'], ['Ibáñez', 'ibanez'], ['Núñez', 'nunez'],
         ['de la Peña', 'delapena'], ['Etxeberria', 'etxeberria'], ['Martínez', 'martinez'], ['Peñalver', 'penalver']]),
    (5, [['Gonçalves', 'goncalves'], ['Araújo', 'araujo'], ['da Conceição', 'daconceicao'], ['Silva', 'silva'],
         ['Magalhães', 'magalhaes'], ['Sant''Anna', 'santanna'], ['Falcão', 'falcao'], ['Costa', 'costa']]),
    (6, [['佐藤', 'sato'], ['鈴木', 'suzuki'], ['高橋', 'takahashi'], ['渡辺', 'watanabe'],
         ['山本', 'yamamoto'], ['小林', 'kobayashi'], ['斎藤', 'saito'], ['東海林', 'shoji']]),
    (7, [['शर्मा', 'sharma'], ['सिंह', 'singh'], ['गुप्ता', 'gupta'], ['पटेल', 'patel'],
         ['अय्यर', 'iyer'], ['चटर्जी', 'chatterjee'], ['रेड्डी', 'reddy'], ['मेहता', 'mehta']]),
    (8, [['Nowak', 'nowak'], ['Wójcik', 'wojcik'], ['Kamińska', 'kaminska'], ['Dąbrowski', 'dabrowski'],
         ['Źrebiec', 'zrebiec'], ['Błaszczyk', 'blaszczyk'], ['Święcki', 'swiecki'], ['Zając', 'zajac']]),
    (9, [['O''Brien', 'obrien'], ['Ní Dhomhnaill', 'nidhomhnaill'], ['Murphy', 'murphy'], ['Ó Sé', 'ose'],
         ['O''Sullivan', 'osullivan'], ['Byrne', 'byrne'], ['Mac Giolla', 'macgiolla'], ['Kelly', 'kelly']]),
    (10, [['Παπαδόπουλος', 'papadopoulos'], ['Οικονόμου', 'oikonomou'], ['Νικολαΐδης', 'nikolaidis'], ['Αγγέλου', 'angelou'],
          ['Βλάχος', 'vlachos'], ['Ιωάννου', 'ioannou'], ['Καραγιάννη', 'karagianni'], ['Ζαΐμης', 'zaimis']]),
    (11, [['حسن', 'hassan'], ['السيد', 'elsayed'], ['عبد الله', 'abdallah'], ['المصري', 'elmasry'],
          ['إبراهيم', 'ibrahim'], ['فؤاد', 'fouad'], ['ناصر', 'nasser'], ['الشريف', 'elsherif']])
)
SELECT country_no, unnest(range(len(names))) AS family_no, unnest(names)[1] AS family_name, unnest(names)[2] AS family_latin
FROM listed;

-- city as written there, as the shop's location service writes it, state or province, first part of the postal code
CREATE TEMP TABLE city AS
WITH listed (country_no, names) AS (VALUES
    (0, [['New York', 'New York', 'NY', '100'], ['Chicago', 'Chicago', 'IL', '606'], ['Austin', 'Austin', 'TX', '787'],
         ['San José', 'San Jose', 'CA', '951'], ['Coeur d''Alene', 'Coeur d''Alene', 'ID', '838']]),
    (1, [['London', 'London', 'ENG', 'SW'], ['Glasgow', 'Glasgow', 'SCT', 'G'], ['Leeds', 'Leeds', 'ENG', 'LS'],
         ['King''s Lynn', 'King''s Lynn', 'ENG', 'PE'], ['Caerdydd', 'Cardiff', 'WLS', 'CF']]),
    (2, [['Berlin', 'Berlin', 'BE', '101'], ['München', 'Munich', 'BY', '803'], ['Köln', 'Cologne', 'NW', '506'],
         ['Nürnberg', 'Nuremberg', 'BY', '904'], ['Gießen', 'Giessen', 'HE', '353']]),
    (3, [['Paris', 'Paris', 'IDF', '750'], ['Lyon', 'Lyon', 'ARA', '690'], ['Orléans', 'Orleans', 'CVL', '450'],
         ['Nîmes', 'Nimes', 'OCC', '300'], ['L''Haÿ-les-Roses', 'L''Hay-les-Roses', 'IDF', '942']]),
    (4, [['Madrid', 'Madrid', 'MD', '280'], ['A Coruña', 'A Coruna', 'GA', '150'], ['Málaga', 'Malaga', 'AN', '290'],
         ['Donostia / San Sebastián', 'San Sebastian', 'PV', '200'], ['Sevilla', 'Seville', 'AN', '410']]),
    (5, [['São Paulo', 'Sao Paulo', 'SP', '010'], ['Brasília', 'Brasilia', 'DF', '700'], ['Curitiba', 'Curitiba', 'PR', '800'],
         ['Belém', 'Belem', 'PA', '660'], ['Santa Bárbara d''Oeste', 'Santa Barbara d''Oeste', 'SP', '134']]),
    (6, [['東京', 'Tokyo', '13', '100'], ['大阪', 'Osaka', '27', '530'], ['京都', 'Kyoto', '26', '600'],
         ['札幌', 'Sapporo', '01', '060'], ['那覇', 'Naha', '47', '900']]),
    (7, [['मुंबई', 'Mumbai', 'MH', '400'], ['दिल्ली', 'Delhi', 'DL', '110'], ['पुणे', 'Pune', 'MH', '411'],
         ['जयपुर', 'Jaipur', 'RJ', '302'], ['Bengaluru', 'Bangalore', 'KA', '560']]),
    (8, [['Warszawa', 'Warsaw', 'MZ', '00'], ['Łódź', 'Lodz', 'LD', '90'], ['Kraków', 'Krakow', 'MA', '30'],
         ['Gdańsk', 'Gdansk', 'PM', '80'], ['Wrocław', 'Wroclaw', 'DS', '50']]),
    (9, [['Dublin', 'Dublin', 'D', 'D02'], ['Corcaigh', 'Cork', 'CO', 'T12'], ['Gaillimh', 'Galway', 'G', 'H91'],
         ['Dún Laoghaire', 'Dun Laoghaire', 'D', 'A96'], ['Limerick', 'Limerick', 'LK', 'V94']]),
    (10, [['Αθήνα', 'Athens', 'I', '104'], ['Θεσσαλονίκη', 'Thessaloniki', 'B', '546'], ['Πάτρα', 'Patras', 'G', '262'],
          ['Ηράκλειο', 'Heraklion', 'M', '712'], ['Βόλος', 'Volos', 'E', '382']]),
    (11, [['القاهرة', 'Cairo', 'C', '115'], ['الإسكندرية', 'Alexandria', 'ALX', '215'], ['الجيزة', 'Giza', 'GZ', '125'],
          ['أسوان', 'Aswan', 'ASN', '815'], ['الأقصر', 'Luxor', 'LX', '859']])
)
SELECT country_no, unnest(range(len(names))) AS city_no, unnest(names)[1] AS city_name, unnest(names)[2] AS city_latin,
       unnest(names)[3] AS state, unnest(names)[4] AS postal
FROM listed;

-- a street as an address is written there, a list for each country in the order of country_no; {} is the number
SET VARIABLE street = [
    ['{} Main Street', '{} Oak Avenue', '{} Martin Luther King Jr. Boulevard', '{} Elm Street', '{} O''Hare Drive'],
    ['{} High Street', '{} Station Road', '{} Queen''s Road', '{} Church Lane', '{} King''s Parade'],
    ['Bahnhofstraße {}', 'Hauptstraße {}', 'Goethestraße {}', 'Am Mühlbach {}', 'Lindenallee {}'],
    ['{} rue de l''Église', '{} avenue Victor-Hugo', '{} place du Général-de-Gaulle', '{} rue de la République', '{} allée des Chênes'],
    ['Calle Mayor, {}', 'Calle de la Constitución, {}', 'Avenida de España, {}', 'Paseo Marítimo, {}', 'Plaza del Niño Jesús, {}'],
    ['Rua São João, {}', 'Avenida Brasil, {}', 'Rua das Acácias, {}', 'Rua Sete de Setembro, {}', 'Praça da Sé, {}'],
    ['桜通り {}', '駅前通り {}', '本町 {}', '栄町 {}', '中央 {}番地'],
    ['{}, महात्मा गांधी मार्ग', '{}, स्टेशन रोड', '{}, नेहरू नगर', '{}, MG Road', '{}, Gandhi Chowk'],
    ['ul. Długa {}', 'ul. Kościuszki {}', 'al. Jana Pawła II {}', 'ul. Łąkowa {}', 'os. Słoneczne {}'],
    ['{} Bridge Street', '{} Sráid Uí Chonaill', '{} St. Stephen''s Green', '{} Bóthar na Trá', '{} Patrick Street'],
    ['Ερμού {}', 'Λεωφόρος Αλεξάνδρας {}', 'Αγίου Νικολάου {}', 'Πατησίων {}', 'Ομονοίας {}'],
    ['{} شارع النيل', '{} شارع التحرير', '{} شارع الجمهورية', '{} شارع رمسيس', '{} طريق الكورنيش']
];

-- price in cents, weight in the draw, and the number of the product bought next by those who come back for it
CREATE TEMP TABLE product AS
SELECT * FROM (VALUES
    (0, 'CM-100', 'Espresso machine "Barista"', 'Coffee machines', 34900, 60, 4),
    (1, 'CM-110', 'Moka pot, 6 cups', 'Coffee machines', 3990, 50, 5),
    (2, 'CM-120', 'Filter machine Café Crème', 'Coffee machines', 8990, 40, 5),
    (3, 'CM-130', 'Burr grinder', 'Coffee machines', 12900, 25, 4),
    (4, 'CB-200', 'Espresso beans 1 kg', 'Coffee beans', 2190, 45, -1),
    (5, 'CB-210', 'House blend 500 g', 'Coffee beans', 1190, 45, -1),
    (6, 'CB-220', 'Decaf 500 g', 'Coffee beans', 1290, 15, -1),
    (7, 'SH-300', 'Trail running shoes', 'Shoes', 11900, 70, 11),
    (8, 'SH-310', 'Road running shoes', 'Shoes', 12900, 70, 11),
    (9, 'SH-320', 'Hiking boots', 'Shoes', 15900, 50, 12),
    (10, 'SH-330', 'Children''s sneakers', 'Shoes', 4990, 35, 11),
    (11, 'SO-400', 'Running socks, 3 pairs', 'Socks', 1790, 40, -1),
    (12, 'SO-410', 'Merino hiking socks', 'Socks', 2290, 35, -1),
    (13, 'OD-500', 'Two-person tent', 'Outdoor', 21900, 35, 14),
    (14, 'OD-510', 'Sleeping bag −5 °C', 'Outdoor', 12900, 30, -1),
    (15, 'OD-520', 'Backpack 45 l', 'Outdoor', 13900, 35, -1),
    (16, 'OD-530', 'Gas stove', 'Outdoor', 5990, 20, 17),
    (17, 'OD-540', 'Gas cartridge', 'Outdoor', 790, 25, -1),
    (18, 'OD-550', 'Head torch', 'Outdoor', 3990, 30, -1),
    (19, 'CA-600', 'Mirrorless camera', 'Cameras', 89900, 20, 22),
    (20, 'CA-610', 'Action camera', 'Cameras', 29900, 30, 22),
    (21, 'CA-620', 'Instant camera', 'Cameras', 7990, 30, 24),
    (22, 'CX-700', 'Memory card 128 GB', 'Camera accessories', 2490, 30, -1),
    (23, 'CX-710', 'Tripod', 'Camera accessories', 6990, 20, -1),
    (24, 'CX-720', 'Instant film, 20 sheets', 'Camera accessories', 1690, 30, -1),
    (25, 'GA-800', 'Cordless hedge trimmer', 'Garden', 11900, 25, -1),
    (26, 'GA-810', 'Raised bed', 'Garden', 8990, 25, 28),
    (27, 'GA-820', 'Pruning shears', 'Garden', 2990, 35, -1),
    (28, 'GA-830', 'Seed set "Mother''s meadow"', 'Garden', 990, 35, -1),
    (29, 'KI-900', 'Chef''s knife 20 cm', 'Kitchen', 7990, 35, 31),
    (30, 'KI-910', 'Cast-iron pan', 'Kitchen', 5990, 40, -1),
    (31, 'KI-920', 'Whetstone', 'Kitchen', 3490, 15, -1),
    (32, 'KI-930', 'Storage jars, set of 6', 'Kitchen', 2990, 40, -1),
    (33, 'TR-950', 'Cabin suitcase', 'Travel', 14900, 35, 34),
    (34, 'TR-960', 'Packing cubes', 'Travel', 2490, 30, -1),
    (35, 'TR-970', 'Travel adapter', 'Travel', 2490, 40, -1)
) AS t (product_no, sku, product_name, category, cents, weight, next_no);
SET VARIABLE product_count = (SELECT count(*) FROM product);
SET VARIABLE product = (
    SELECT list({'sku': sku, 'name': product_name, 'category': category, 'cents': cents, 'next': next_no} ORDER BY product_no) FROM product
);
SET VARIABLE product_slots = (SELECT list(product_no ORDER BY product_no) FROM product, range(weight));
SET VARIABLE country_slots = (SELECT list(country_no ORDER BY country_no) FROM country, range(weight));
SET VARIABLE interest = ['outdoor', 'running', 'coffee', 'photography', 'gardening', 'cooking', 'travel', 'gaming'];

-- 65,536 slots shared out among the days of the window by how busy each is: late autumn, weekends, the sales
CREATE TEMP TABLE busy AS
WITH days AS (
    SELECT d::DATE AS day, month(d) AS m, isodow(d) AS dow, day(d) AS dom
    FROM range(start_day()::TIMESTAMP, getvariable('as_of'), INTERVAL 1 DAY) AS t (d)
), weighted AS (
    SELECT day, [80, 75, 85, 90, 95, 95, 85, 80, 95, 105, 165, 190][m] * [90, 85, 90, 95, 105, 130, 120][dow]
           * CASE WHEN m = 11 AND dow = 5 AND dom BETWEEN 23 AND 29 THEN 4
                  WHEN m = 12 AND dom BETWEEN 24 AND 26 THEN 1 ELSE 2 END AS weight
    FROM days
), summed AS (
    SELECT day, sum(weight) OVER (ORDER BY day) - weight AS before, sum(weight) OVER (ORDER BY day) AS upto,
           sum(weight) OVER () AS total
    FROM weighted
)
SELECT day, (before * 65536 // total)::BIGINT AS first_slot, (upto * 65536 // total)::BIGINT AS end_slot FROM summed;
SET VARIABLE calendar = (SELECT list(day ORDER BY slot) FROM busy, range(first_slot, end_slot) AS t (slot));
-- people shop at lunch and in the evening, hardly at night (UTC)
SET VARIABLE hour_slots = (
    SELECT list(h ORDER BY h)
    FROM range(24) AS t (h), range([2, 1, 1, 0, 0, 1, 2, 4, 6, 7, 8, 9, 11, 9, 7, 7, 8, 9, 11, 13, 14, 12, 8, 4][h + 1])
);

-- a newsletter each month, and three more before the holidays
CREATE TEMP TABLE campaign AS
WITH sent AS (
    SELECT day, CASE WHEN day(day) = 5 THEN 'Newsletter ' WHEN month(day) = 11 THEN 'Black Friday ' ELSE 'Gift guide ' END AS name
    FROM busy
    WHERE day(day) = 5 OR (month(day) = 11 AND day(day) = 24) OR (month(day) = 12 AND day(day) IN (10, 17))
)
SELECT row_number() OVER (ORDER BY day) - 1 AS campaign_no, day, name || strftime(day, '%Y-%m') AS campaign_name FROM sent;
SET VARIABLE campaign = (SELECT list({'day': day, 'name': campaign_name} ORDER BY campaign_no) FROM campaign);
SET VARIABLE country = (SELECT list({'code': code, 'currency': currency} ORDER BY country_no) FROM country);
