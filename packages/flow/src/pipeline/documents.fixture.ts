import type { PipelineDocument } from "./document.ts";

/** The quick start of the dialect with `transitions`. */
export const quickStart = {
  name: "Hello World Pipeline",
  version: "1.0",
  steps: [
    { id: "step_one", step_class: "GenerateMessageStep", module: "steps" },
    {
      id: "step_two",
      step_class: "PrintMessageStep",
      module: "steps",
      inputs: { message: "{{ step_one.greeting }}" },
    },
  ],
  flow: { start_at: "step_one", transitions: [{ from: "step_one", to: "step_two" }] },
} satisfies PipelineDocument;

/** Parameters, and outputs as a list of names. */
export const wikipedia = {
  name: "AI Notebook Creation Pipeline",
  description: "Creates research notebooks with AI-enhanced content.",
  version: "1.0",
  parameters: { topic: "artificial intelligence", enable_ai_processing: true },
  steps: [
    {
      id: "wikipedia_scraper",
      name: "Wikipedia Content Scraper",
      step_class: "WikipediaScraperStep",
      module: "knowledge_processing.wikipedia_scraper_step",
      inputs: { topic: "{{ parameters.topic }}" },
      outputs: ["scraped_content", "article_title"],
    },
    {
      id: "structured_processor",
      name: "Structured Content Processor",
      step_class: "StructuredWikipediaProcessorStep",
      module: "knowledge_processing.structured_wikipedia_processor_step",
      inputs: {
        scraped_html: "{{ wikipedia_scraper.scraped_content }}",
        title: "{{ wikipedia_scraper.article_title }}",
      },
      outputs: ["structured_content"],
    },
  ],
  flow: {
    start_at: "wikipedia_scraper",
    transitions: [{ from: "wikipedia_scraper", to: "structured_processor" }],
  },
} satisfies PipelineDocument;

/** The dialect with `paths`, lists of inputs in single braces, alternatives, and thresholds from parameters. */
export const quality = {
  name: "Quality",
  version: "1.0.0",
  parameters: [
    { name: "threshold", schema: { type: "number" }, required: true },
    { name: "records", schema: { type: "array" }, required: true },
    { name: "label", schema: { type: "string" }, required: false, default: "batch" },
  ],
  steps: [
    {
      id: "ingest",
      name: "Ingest",
      step_class: "Ingest",
      module: "quality.steps.ingest",
      config: {},
      inputs: [{ name: "rows", source: "{parameters.records}", required: true }],
      outputs: [{ name: "rows", required: true }],
    },
    {
      id: "score",
      step_class: "Score",
      module: "quality.steps.score",
      inputs: [{ name: "rows", source: "{steps.ingest.output.rows}", schema: { type: "array" }, required: true }],
      outputs: [{ name: "quality_score", schema: { type: "number" }, required: true }],
    },
    {
      id: "full",
      step_class: "Work",
      module: "quality.steps.work",
      config: { level: "full", of: "{{ parameters.label }}" },
    },
    {
      id: "basic",
      step_class: "Work",
      module: "quality.steps.work",
      config: { level: "basic", of: "{{ parameters.label }}" },
    },
    {
      id: "report",
      step_class: "Report",
      module: "quality.steps.report",
      inputs: [
        { name: "done", source: "{steps.full.output.done}|{steps.basic.output.done}", required: true },
        { name: "remark", source: "{steps.full.output.remark}", required: false },
      ],
    },
  ],
  flow: {
    start_at: "ingest",
    paths: [
      { from_step: "ingest", to_step: "score", condition: { type: "always" } },
      {
        from_step: "score",
        to_step: "full",
        condition: {
          type: "threshold_condition",
          config: { field: "quality_score", operator: ">=", value: "{{ parameters.threshold }}" },
        },
      },
      {
        from_step: "score",
        to_step: "basic",
        condition: {
          type: "threshold_condition",
          config: { field: "quality_score", operator: "<", value: "{{ parameters.threshold }}" },
        },
      },
      { from_step: "full", to_step: "report" },
      { from_step: "basic", to_step: "report", condition: null },
    ],
  },
} satisfies PipelineDocument;

/** A loop that a person ends, a step that is only a decision, and an else. */
export const refinement = {
  name: "Refinement",
  steps: [
    { id: "draft", class: "Draft", module: "steps.refinement", type: "task", inputs: [] },
    {
      id: "check",
      type: "condition",
      conditions: [{ field: "round", operator: "less_than", value: 3, type: "value" }],
      inputs: [{ name: "round", source: "{steps.draft.output.round}", required: true }],
    },
    { id: "finish", class: "Finish", module: "steps.refinement" },
  ],
  flow: {
    start_at: "draft",
    paths: [
      { from: "draft", to: "check", condition: { type: "always" } },
      { from: "check", to: "draft", condition: { type: "condition", description: "go on" } },
      { from: "check", to: "finish", condition: { type: "else", description: "done" } },
    ],
  },
  metadata: { category: "examples", tags: ["iterative"] },
} satisfies PipelineDocument;
