-- Words of messages, in any case. A search reads the index alone: 10 ms instead of 1.5 s for 200,000 calls with texts of
-- 120 words. Older parts are indexed in the background, and searched without the index until then.
ALTER TABLE call_texts {on_cluster}
  ADD INDEX input_words input TYPE text(tokenizer = splitByNonAlpha, preprocessor = lowerUTF8(input)),
  ADD INDEX output_words output TYPE text(tokenizer = splitByNonAlpha, preprocessor = lowerUTF8(output));

ALTER TABLE call_texts {on_cluster}
  MATERIALIZE INDEX input_words,
  MATERIALIZE INDEX output_words;
