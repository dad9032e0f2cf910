/**
 * The words of the signals, in the languages that are looked for, as they stand after `normalise`: small, without the marks of Latin,
 * Greek and Cyrillic letters. Beginnings of words stand for their forms (`anweisung` for `Anweisungen`).
 */

/** A list as one pattern. Words of scripts without spaces are found anywhere. */
const any = (...words: readonly string[]): string => `(?:${words.join("|")})`;
export const start = "(?<![\\p{L}\\p{N}])";

/** To leave aside what was said: to ignore, forget, drop, bypass. */
export const override = any(
  `${start}(?:ignor\\p{L}*|disregard\\p{L}*|forget\\b|drop\\b|bypass\\p{L}*|overrid\\p{L}*|abandon\\p{L}*|neglect\\p{L}*|discard\\p{L}*|do not (?:follow|obey)|don'?t (?:follow|obey|need to (?:obey|follow))|no longer (?:follow|obey|bound)|stop (?:following|obeying)|scrap\\b|lift\\b|remov\\p{L}*|disabl\\p{L}*|(?:turn|switch)(?:ed)? off|throw away|(?:put|set|cast) aside|shed\\b|break free of|let go of|unlearn|void\\b|suspend\\p{L}*|supersed\\p{L}*|delete[ds]?\\b)`,
  `${start}(?:vergiss|vergesst|vergessen|ignorier\\p{L}*|missacht\\p{L}*|umgeh\\p{L}*|gelten nicht mehr|streich\\p{L}*|verwirf|wirf|leg\\p{L}* ab|schalt\\p{L}* ab)`,
  `${start}(?:oubli\\p{L}*|ne ti(?:ens|enne|enez) pas compte|ne respecte\\p{L}*|contourn\\p{L}*|fais fi|laisse tomber|abandonne\\p{L}*|desactive\\p{L}*)`,
  `${start}(?:olvid\\p{L}*|desactiv\\p{L}*|omit\\p{L}*|haz caso omiso|deja de lado|sin hacer caso)`,
  `${start}(?:dimentic\\p{L}*|scorda\\p{L}*|lascia perdere|disattiva)`,
  `${start}(?:esquec\\p{L}*|esqueca\\p{L}*|desconsider\\p{L}*|desativ\\p{L}*|deslig\\p{L}*|abandone)`,
  `${start}(?:negeer\\p{L}*|vergeet\\b|zet\\b|schakel\\b)`,
  `${start}(?:z?ignoruj\\p{L}*|zapomn\\p{L}*|pomin\\b|porzuc\\p{L}*|wylacz\\p{L}*|odrzuc\\p{L}*)`,
  `${start}(?:glom\\b|ignorera\\p{L}*|bortse\\b|se bort fra|glem\\b|unohda\\b)`,
  `${start}(?:yok say\\p{L}*|gormezden gel\\p{L}*|unut\\p{L}*|dikkate alma\\p{L}*|kenara birak)`,
  `${start}(?:забуд\\p{L}*|игнорир\\p{L}*|ігнору\\p{L}*|не обращай\\p{L}*|отброс\\p{L}*|отключ\\p{L}*|сними)`,
  "忽略|無視|忘掉|忘记|忘れ|무시|잊어|تجاهل|انس|अनदेखा|भूल जा",
);

/** What a model is told to keep to: instructions, rules, policies, filters. */
export const rules = any(
  `${start}(?:instruction\\p{L}*|directive\\p{L}*|guideline\\p{L}*|guidance|rules?\\b|polic(?:y|ies)\\b|restriction\\p{L}*|constraint\\p{L}*|safeguard\\p{L}*|guardrail\\p{L}*|prompts?\\b|(?:content |safety )?filters?\\b|programming|briefing|limit(?:s|ations?)?\\b|moderat(?:ors?|ion)|commands?\\b|everything you were told|what (?:you were told|the operator told)|told you|usual workflow|criteria|protocols?\\b)`,
  `${start}(?:anweisung\\p{L}*|vorgabe\\p{L}*|regel\\p{L}*|richtlinie\\p{L}*|sicherheitsrichtlin\\p{L}*|anordnung\\p{L}*|eingetrichtert|beigebracht|schranken|filter\\b)`,
  `${start}(?:consigne\\p{L}*|regles?\\b|directives?\\b|restriction\\p{L}*|garde-fous|filtres?\\b)`,
  `${start}(?:instruccion\\p{L}*|reglas?\\b|normas?\\b|filtros?\\b|indicacion\\p{L}*)`,
  `${start}(?:istruzion\\p{L}*|regol\\p{L}*|ordinat\\p{L}*|filtri)`,
  `${start}(?:instruc[ao]\\p{L}*|instrucoes|regras?\\b|politicas?\\b|filtros?\\b)`,
  `${start}(?:instructies?|opdrachten|regels?\\b)`,
  `${start}(?:polecen\\p{L}*|instrukcj\\p{L}*|zasad\\p{L}*|regul\\p{L}*|pokyn\\p{L}*|pravidl\\p{L}*|ogranicz\\p{L}*)`,
  `${start}(?:instruktion\\p{L}*|instruks\\p{L}*|ohjee\\p{L}*|saannot)`,
  `${start}(?:talimat\\p{L}*|kural\\p{L}*)`,
  `${start}(?:инструкц\\p{L}*|указан\\p{L}*|вказівк\\p{L}*|вказивк\\p{L}*|правил\\p{L}*|команд\\p{L}*)`,
  "指令|指示|规则|規則|ルール|지시|규칙|التعليمات|تعليمات|निर्देश|नियम",
);

/** Which of them: those before, all, yours. */
export const former = any(
  `${start}(?:previous\\p{L}*|prior|above|earlier|preceding|foregoing|(?:all|any|every\\p{L}*)\\b(?! (?:of )?(?:my|his|her|our|the items)\\b)|(?:placed|put|imposed) on you|you (?:got|were given)|your\\b|the old|initial|original|operator\\p{L}*|system\\b|hidden|these|those|other|remaining|company|their)`,
  `${start}(?:bisherig\\p{L}*|vorherig\\p{L}*|vorig\\p{L}*|obig\\p{L}*|alle\\p{L}*|dein\\p{L}*|ihr\\p{L}*|des nutzers|deines|man dir|ubrig\\p{L}*)`,
  `${start}(?:precedent\\p{L}*|toutes?\\b|tous\\b|tes\\b|vos\\b|de l'utilisateur)`,
  `${start}(?:anterior\\p{L}*|previas?|todas?|todos|te (?:puso|pusieron|dieron)|tus\\b|los filtros)`,
  `${start}(?:precedent\\p{L}*|tutt\\p{L}*|tue\\b|tuoi\\b|che ti|ti hanno)`,
  `${start}(?:do usuario|todas as|seus?\\b|suas?\\b)`,
  `${start}(?:eerdere|vorige|alle\\b|poprzedni\\p{L}*|wszystk\\p{L}*|predchoz\\p{L}*|vsech\\p{L}*|tidigare|alla\\b|swoj\\p{L}*|dina\\b|onceki|sana verilen|tum\\b|все\\b|предыдущ\\p{L}*|попередн\\p{L}*|мои\\b|сво[иейю]\\p{L}*)`,
  "之前|所有|以前|これまで|すべて|이전|모두|السابقة|جميع|पिछले|सभी",
);

/** To show or say. */
export const reveal = any(
  `${start}(?:print\\p{L}*|reveal\\p{L}*|show\\b|repeat\\b|output\\b|dump\\b|display\\b|paste\\b|tell me\\b|give me\\b|give away|leak\\p{L}*|disclose|summari[sz]e|recite\\p{L}*|say\\b|write (?:it|them|out|down)|list\\b|cop(?:y|ies)\\b|spill\\b|quote\\b|append\\b|include\\b|answer with|do the same with|what was|what would|encode|translate)`,
  `${start}(?:zeig\\p{L}*|nenne?\\b|gib\\b|verrat\\p{L}*|wiederhol\\p{L}*|schreib\\p{L}*|plauder\\p{L}*|sag\\b)`,
  `${start}(?:affich\\p{L}*|montre\\p{L}*|donne\\p{L}*|revele\\p{L}*|repete\\p{L}*|dis-moi|recopie\\p{L}*)`,
  `${start}(?:muestra\\p{L}*|dime\\b|revela\\p{L}*|ensena\\p{L}*|mostra\\p{L}*|rivela\\p{L}*|dimmi|mostre|stampa|diga)`,
  `${start}(?:laat\\b|toon\\b|pokaz\\p{L}*|vypis\\p{L}*|ukaz\\p{L}*|skriv ut|visa\\b|goster\\p{L}*|покаж\\p{L}*|выведи|напиши|расскаж\\p{L}*|wypisz|yaz\\p{L}*|soyle)`,
  "输出|显示|告诉我|表示|見せ|教え|出力|보여|출력|اعرض|أظهر|दिखा|बता",
);

/** What only whoever set the model up should know. */
export const secret = any(
  `${start}(?:system ?(?:prompt|message|instruction\\p{L}*)|initial (?:prompt|instruction\\p{L}*|message)|(?:hidden|secret|internal|confidential|original|real) (?:\\p{L}+ )?(?:instruction\\p{L}*|prompt|rules?|text|configuration|guidelines|parameters)|your (?:own )?(?:system|initial|hidden|secret|exact|full|original|real|underlying|own)? ?(?:instructions|prompt|guidelines|configuration|setup|rules)\\b|(?:configuration|setup) (?:message )?(?:you were|that you)|configuration you|of your configuration|from your setup|text above|context window|very first message|above mine|(?:admin|root) password|not allowed to (?:tell|reveal|say|share|show)|hidden (?:text|settings|message|prompt)|above my (?:first )?message|(?:between|before|above)[^.!?\\n]{0,24}my first message|/prompt\\b|api keys?|secret param\\p{L}*|my instructions say)`,
  `${start}(?:systemprompt\\p{L}*|system-?prompt|verborgen\\p{L}* prompt|dir vor meiner|was dir vor|ganz oben in diesem|verborgen\\p{L}* (?:text|anweisung\\p{L}*))`,
  `${start}(?:prompt (?:du |de |del |do )?(?:systeme|sistema|sistem\\p{L}*|system\\p{L}*)|tes consignes|mensaje de sistema|mensagem (?:do|de) sistema|tus reglas internas|reglas internas|istruzioni iniziali|texte cache|interdit de reveler|testo nascosto|texto oculto|instrucciones ocultas|gizli talimat\\p{L}*|ukryt\\p{L}* instruk\\p{L}*|prompt systemow\\p{L}*|systemovy prompt|sistem mesaj\\p{L}*|sistem prompt\\p{L}*)`,
  `${start}(?:системн\\p{L}* (?:промпт\\p{L}*|сообщен\\p{L}*|запрос\\p{L}*)|скрыт\\p{L}*|прихован\\p{L}*)`,
  "隐藏的设定|隐藏指令|隠された|非公開の設定|系统提示词|系統提示|システムプロンプト|시스템 프롬프트|موجه النظام|सिस्टम प्रॉम्प्ट",
);

/** Another self for the model. */
export const persona = any(
  `${start}(?:you are now|you're now|you're (?:an?\\b|\\p{L}+bot)|you are in|from (?:now|here) on,? (?:you|act|answer)|act as\\b|pretend\\b|role-?play|let's roleplay|your new role|stop being|as an ai that|as \\p{L}*gpt|imagine you|hypothetically|simulate)`,
  `${start}(?:ab sofort bist du|du bist (?:jetzt|nun|ab)|tu so,? als|spiel\\b|stell dir vor)`,
  `${start}(?:a partir de maintenant tu|tu es (?:desormais|maintenant)|fais comme si|fais semblant|agis comme)`,
  `${start}(?:ahora eres|actua como|finge\\b|desde ahora|d'ora in poi|fingi\\b|finja\\b|agora voce e|a partir de agora|doe alsof|je bent nu|vanaf nu ben|od teraz|du ar nu|fran och med nu ar|artik|теперь ты|отныне|с этого момента)`,
  "从现在开始你|你现在是|今から|あなたは今|지금부터 너는|너는 이제|أنت الآن|من الآن|अब से तुम",
);

/** Without any bounds. */
export const unbounded = any(
  `${start}(?:no (?:filters?|rules?|restrictions?|limits?|content polic\\p{L}*)|without (?:any )?(?:refusing|filters?|rules|restrictions?|limits)|unrestricted|uncensored|unfiltered|jailbroken|jailbreak mode|do anything|never (?:says? no|refuses?)|broken free|(?:ignores?|bypass\\p{L}*) (?:all )?(?:\\p{L}+ )?(?:policies|policy|filters?|rules)|root rights|\\bdan\\b|had no rules|must run whatever|whatever i (?:type|write|say)|polic\\p{L}* doesn'?t exist|personal shell)`,
  `${start}(?:ohne (?:regeln|einschrankung\\p{L}*|grenzen|filter)|keine (?:regeln|sicherheitsrichtlin\\p{L}*|einschrankung\\p{L}*)|beantwortest alles)`,
  `${start}(?:plus aucune restriction|sans (?:restriction|limite|filtre|censure)\\p{L}*|m'obeis|regles n'existaient pas)`,
  `${start}(?:sin (?:limites|restricciones|filtros|censura|reglas)|senza (?:censura|limiti|regole|filtri)|sem (?:limites|restricoes|filtros|regras)|nao tem politicas|geen regels|zonder regels|nie obowiazuja|utan (?:regler|begransning\\p{L}*)|hicbir kural\\p{L}*|kuralsiz|no moral|without the usual check|speak freely|holding back|answer what you refused|whatever you refused|no was removed|sin filtros|senza filtri|без (?:ограничени\\p{L}*|правил|цензуры)|любые мои приказы|sadece benim dedigimi)`,
  "没有道德|道德限制|没有任何限制|沒有限制|不受限制|必须服从|制限のない|ルールを忘れ|제한 없는|규칙이 없|بلا قيود|بدون قيود|बिना किसी नियम",
);

/** Whoever reads is spoken to as a machine. */
export const machine = any(
  `${start}(?:(?:the |any |dear |hey |an? )?(?:ai|llm|language model)s? (?:assistants?|model|agents?|system|reviewer)s?|ai\\b|llms?\\b|language models?|chat ?bots?|(?:automated|screening) (?:agents?|models?|bots?|assistants?)|dear assistant|assistants? (?:must|should|shall|reading)|assistant:|hey ai|dear model)`,
  `${start}(?:ki\\b|sprachmodelle?n?|der assistent|an den assistenten|l'assistant(?: ia)?|assistant ia|modele de langage|inteligencia artificial|modelo de (?:ia|lenguaje|linguagem)|al sistema que evalua|l'assistente|modello linguistico|caro modelo|de ai\\b|ассистент\\p{L}*|нейросет\\p{L}*|модел\\p{L}* языка)`,
  "人工智能|语言模型|言語モデル|アシスタント|인공지능|الذكاء الاصطناعي",
);

/** What a machine is to do for whoever wrote the text. */
export const order = any(
  `${start}(?:recommend|rate\\b|forward|insert|tell (?:the|that|your)|say that|mark(?: it| this)?|send\\b|call\\b|run\\b|delete\\b|export|transfer|approve\\p{L}*|reply|respond|write that|close all|prescribe|include|display|pay\\b|treat\\b|give a|answer '|do not flag|not display|must|shall|immediately)`,
  `${start}(?:uberweis\\p{L}*|ignoriert|nennt\\b|losch\\p{L}*|missachten|bestatig\\p{L}*|envoie\\p{L}*|recommand\\p{L}*|aprueb\\p{L}*|da la maxima|inoltra|confirme?\\b|aprove|verwijder|stuur|перевед\\p{L}*|удали\\p{L}*|批准|发送|承認)`,
);

/** Whoever reads is called: no text for people does so. */
export const address = any(
  `${start}(?:(?:ps|note|notice|message|instruction|hint|memo|attention|reminder)\\b[^.!?\\n]{0,12}\\b(?:to|for) (?:the |any |all |our )?(?:ai|llms?|bots?|chat ?bots?|automation|assistants?|agents?|(?:language|screening) models?|model|system)\\b|(?:dear|hey|attention) (?:\\p{L}+ )?(?:ai|bot|model|chatbot|assistant|agent|llm)\\b|if (?:you are|you're|an?|this is read by an?) (?:ai|bot|language model|llm|assistant)\\b|whoever (?:summari[sz]es|reads|processes|translates) this|any (?:ai|automated) \\p{L}+ (?:reading|processing)|(?:ais?|llms?|language models?|chat ?bots?|assistants?|models?|agents?) (?:reading|processing|that reads?|summari[sz]ing) this|(?:ai (?:reviewer|assistant|agent)|chat ?bots?|screening model|agent)\\s?[:,] )`,
  `${start}(?:(?:an die|fur (?:die|das|den)|hinweis fur|nachricht an) (?:ki|sprachmodelle?n?|auswahlsystem|assistent\\p{L}*|bots?)|(?:note |message )?(?:a l'|au |pour l')(?:assistant ia|assistant|agent automatique|ia|robot|chatbot)|(?:nota|mensaje|aviso) (?:al|para (?:el|la)) (?:chatbot|ia|asistente|modelo|inteligencia)|(?:nota|messaggio) per l'(?:assistente|ia)|(?:caro|prezado) (?:modelo|assistente)|aan de (?:ai|assistent|bot)|do (?:asystenta|modelu)|ассистенту|нейросети)`,
  "致人工智能|给AI的|AIへ|AI助手请",
);

/** Behind the back of whoever uses the model. */
export const conceal = any(
  `${start}(?:(?:do not|don'?t|never|must not|without) (?:\\p{L}+ )?(?:tell(?:ing)?|inform(?:ing)?|mention(?:ing)?|ask(?:ing)?|alert(?:ing)?|notify(?:ing)?|flag(?:ging)?|show(?:ing)?|reveal(?:ing)?)\\b[^.!?\\n]{0,24}?(?:the user|a human|them|this (?:text|sentence|line|to)|it\\b|anyone|any negatives)|do not highlight any|keep (?:quiet|silent) about|no need to (?:bother|tell|ask|inform)|(?:and|do) not mention (?:it|this)|delete this (?:message|note|line))`,
  `${start}(?:den nutzer nicht informier\\p{L}*|ohne ruckfrage|nicht erwahn\\p{L}*|verschweig\\p{L}*|verschwieg\\p{L}*|supprimez ce message|sans controle|zwijg (?:er|daar)over|ne (?:le )?dis rien|sans (?:prevenir|informer) l'utilisateur|sin consultar(?: a nadie)?|no menciones|no (?:le )?digas|non dire nulla|senza (?:dirlo|avvisare)|vertel de gebruiker niets|не сообща\\p{L}*|nao (?:diga|informe) ao usuario)`,
  "不要告诉用户|不要通知用户|ユーザーに知らせ|사용자에게 알리지",
);

/** People who talk about such texts, not with them. */
export const discussed =
  /(?:prompt[ -]injection|jailbreak|attack(?:er|s|ed)?\b|adversar|e\.g\.|for example|such as|example of|is called|label (?:a|the)|training|schulung|unit test|expect\(|newsletter|detect|phrase|sentences? like|satze wie|angriff|movie|pentest|translate ')/u;
